import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AccountApi;
import org.openapitools.client.api.DeclarationsApi;
import org.openapitools.client.api.LoginApi;
import org.openapitools.client.api.RegistrationApi;
import org.openapitools.client.api.SandboxApi;
import org.openapitools.client.api.SuccessionsApi;
import org.openapitools.client.api.TransitionalMeasuresApi;
import org.openapitools.client.model.*;

/**
 * The procedure of a facility with OpenAPI Generator's client: registration, login, declaration, succession, lists.
 *
 * <p>usage: java -enableassertions OpenapiGeneratorJava SERVICE_URL
 */
public final class OpenapiGeneratorJava {
  private static final String EMAIL = "openapi-generator-java@clinic.example";
  // Each program has its own, so that they do not take each other's facilities.
  private static final String PREFECTURE = "14";
  private static final String PASSWORD = "縁側で祖母と将棋を指した雨の日";

  private final ApiClient client = new ApiClient();

  public static void main(String[] arguments) throws Exception {
    new OpenapiGeneratorJava(arguments[0]).run();
  }

  private OpenapiGeneratorJava(String service) {
    client.updateBaseUri(service);
  }

  private void run() throws Exception {
    List<ListedFacilityResponse> facilities = facilitiesWithoutAccount();
    ListedFacilityResponse facility = facilities.get(0);
    ListedFacilityResponse newFacility = facilities.get(1);
    register(facility);

    // 3. Log in. Every later request has the access token.
    TokenResponse session = new LoginApi(client).logIn(new LoginRequest().email(EMAIL).password(PASSWORD));
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + session.getAccessToken()));

    // 4. Read the rules of the round.
    RoundResponse round = new TransitionalMeasuresApi(client).getTransitionalMeasure("2023");
    assert round.getWindow() == WindowStatus.OPEN;
    assert round.getCategories().stream().anyMatch(rule -> rule.getCategory() == Category.NO_NETWORK);

    DeclarationResponse filed = declare();
    pageThrough(filed, succeed(facility, newFacility));
  }

  private void register(ListedFacilityResponse facility) throws Exception {
    RegistrationApi registration = new RegistrationApi(client);

    // 1. Ask for the link. The sandbox delivers the mail to its mailbox.
    registration.requestRegistration(new EmailRequest().email(EMAIL));

    // 2. Show the confirmation screen, and create the account.
    AccountRequest form =
        new AccountRequest()
            .token(mailedToken())
            .password(PASSWORD)
            .facility(
                new FacilityForm()
                    .code(facility.getFacilityCode())
                    .name(facility.getName())
                    .nameKana("カクウ")
                    .postalCode(facility.getPostalCode())
                    .address(facility.getAddress())
                    .phone("03-0000-1234"))
            .founder(new FounderForm().kind(FounderKind.INDIVIDUAL).name("架空 花子"))
            .contact(new ContactForm().name("架空 太郎").phone("03-0000-1234"))
            .termsAccepted(true);
    assert registration.previewAccount(form).getMails().get(0).getTo().equals(EMAIL);
    AccountResponse account = registration.createAccount(form, null);
    assert account.getFacility().getCode().equals(facility.getFacilityCode());
  }

  private DeclarationResponse declare() throws ApiException {
    DeclarationsApi declarations = new DeclarationsApi(client);

    // 5. Show the confirmation screen of a declaration, and file it. A retry with the same key files nothing else.
    ReasonForm reason = new ReasonForm().category(Category.NO_NETWORK).lineStatus(LineStatus.NOT_AVAILABLE);
    DeclarationRequest declaration = new DeclarationRequest().round("2023").reason(reason);
    DeclarationPreview previewed = declarations.previewDeclaration(declaration);
    String key = UUID.randomUUID().toString();
    DeclarationResponse filed = declarations.fileDeclaration(key, declaration);
    assert filed.getStatus() == previewed.getStatus() && filed.getReason().equals(reason);
    assert declarations.fileDeclaration(key, declaration).getId().equals(filed.getId());

    // 6. A refused value: the problem document names its place.
    ReasonForm incomplete = new ReasonForm().category(Category.NO_NETWORK);
    try {
      declarations.previewDeclaration(new DeclarationRequest().round("2023").reason(incomplete));
      throw new AssertionError("a declaration without its line is accepted");
    } catch (ApiException refusal) {
      assert refusal.getCode() == 422;
      assert problem(refusal).getErrors().get(0).getPointer().equals("/reason/line_status");
    }
    return filed;
  }

  /** Files a succession, and returns the facility that has the account then. */
  private ListedFacilityResponse succeed(ListedFacilityResponse facility, ListedFacilityResponse newFacility)
      throws ApiException {
    SuccessionsApi successions = new SuccessionsApi(client);

    // 7. File a succession to the new facility code. It is accepted at once if the facility list shows what both codes have
    // in common. Otherwise staff review it first.
    SuccessionRequest form =
        new SuccessionRequest()
            .successor(
                new SuccessorForm()
                    .facilityCode(newFacility.getFacilityCode())
                    .name(newFacility.getName())
                    .postalCode(newFacility.getPostalCode())
                    .address(newFacility.getAddress())
                    .phone("03-0000-9001"))
            .successorFounder(new FounderForm().kind(FounderKind.CORPORATION).name("医療法人架空会"))
            .reason(SuccessionReason.INCORPORATION_CHANGE)
            .changeDate(LocalDate.of(2023, 2, 1))
            .guidanceAddress(
                new GuidanceAddressForm()
                    .postalCode(newFacility.getPostalCode())
                    .address(newFacility.getAddress())
                    .name(newFacility.getName()))
            .contact(new ContactForm().name("架空 太郎").phone("03-0000-9001"))
            .consent(true);
    SuccessionResponse succession = successions.fileSuccession(UUID.randomUUID().toString(), form);
    SuccessionResponse read = successions.getSuccession(succession.getId(), null);
    boolean isAccepted = read.getStatus() == SuccessionStatus.ACCEPTED;
    assert isAccepted || read.getStatus() == SuccessionStatus.UNDER_REVIEW;
    assert read.getPredecessorCode().equals(facility.getFacilityCode());
    return isAccepted ? newFacility : facility;
  }

  private void pageThrough(DeclarationResponse filed, ListedFacilityResponse holder) throws ApiException {
    // 8. Page through the lists. The declaration belongs to the new code as soon as the succession is accepted.
    List<DeclarationResponse> declarations = new ArrayList<>();
    String token = null;
    do {
      DeclarationPage page = new DeclarationsApi(client).listDeclarations(null, null, null, 1L, token);
      declarations.addAll(page.getItems());
      token = page.getNextPageToken();
    } while (token != null);
    assert declarations.size() == 1 && declarations.get(0).getId().equals(filed.getId());
    assert declarations.get(0).getFacilityCode().equals(holder.getFacilityCode());

    List<MailResponse> mails = new ArrayList<>();
    do {
      MailPage page = new AccountApi(client).listAccountMails(1L, token);
      mails.addAll(page.getItems());
      token = page.getNextPageToken();
    } while (token != null);
    assert mails.size() > 2 : "the account and both filings had a mail each";
    assert mails.stream().map(MailResponse::getId).distinct().count() == mails.size();
  }

  private Problem problem(ApiException refusal) {
    try {
      return client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
    } catch (java.io.IOException cause) {
      throw new AssertionError("not a problem document: " + refusal.getResponseBody(), cause);
    }
  }

  private String mailedToken() throws Exception {
    for (int attempt = 0; attempt < 100; attempt++) {
      List<MessageResponse> mails = new SandboxApi(client).listMessages(EMAIL, null, null).getItems();
      if (!mails.isEmpty() && mails.get(0).getLink() != null) {
        return mails.get(0).getLink().split("#token=")[1];
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the mail of the registration has not arrived");
  }

  private List<ListedFacilityResponse> facilitiesWithoutAccount() throws ApiException {
    ListedFacilityPage page = new SandboxApi(client).listFacilities(PREFECTURE, FacilityKind.MEDICAL, null, null);
    return page.getItems().stream().filter(facility -> !facility.getHasAccount()).limit(2).toList();
  }
}
