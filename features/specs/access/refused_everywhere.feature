Feature: A new account is refused everywhere
  Signing in gives a session and nothing else. Whatever belongs to an organization or to a feature
  is refused to an account without access, by the pages and to clients alike. This outline has a row
  for everything that is served to anybody but the public; a test holds it against the service.

  Background:
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And Dana is signed in with KaseyaOne

  @S-50
  Scenario Outline: A new account is refused at <every route>
    When Dana tries <every route>
    Then Dana is <answered> in every way
    And nothing has changed but the records of sign-ins
    And nobody's account has changed

    Examples: What is there for those who may see something of it
      | every route              | answered                            |
      | opening the home page    | told that no access is assigned yet |
      | seeing the organizations | shown that none is visible          |
      | seeing one organization  | told that there is no such thing    |

    Examples: What only an MSP Admin may see
      | every route                        | answered                          |
      | seeing the access groups           | refused, as only an MSP Admin may |
      | seeing what the SOC did            | refused, as only an MSP Admin may |
      | seeing the users                   | refused, as only an MSP Admin may |
      | seeing one user                    | refused, as only an MSP Admin may |
      | seeing what is assigned to users   | refused, as only an MSP Admin may |
      | seeing the Single Sign-On settings | refused, as only an MSP Admin may |
      | seeing the record of sign-ins      | refused, as only an MSP Admin may |
      | seeing one sign-in                 | refused, as only an MSP Admin may |
      | seeing the audit trail             | refused, as only an MSP Admin may |

    Examples: What only an MSP Admin may do
      | every route                          | answered                          |
      | adding an organization               | refused, as only an MSP Admin may |
      | adding an access group               | refused, as only an MSP Admin may |
      | adding a user                        | refused, as only an MSP Admin may |
      | reviewing a user                     | refused, as only an MSP Admin may |
      | deactivating a user                  | refused, as only an MSP Admin may |
      | activating a user                    | refused, as only an MSP Admin may |
      | removing a user                      | refused, as only an MSP Admin may |
      | allowing a removed user again        | refused, as only an MSP Admin may |
      | making somebody an MSP Admin         | refused, as only an MSP Admin may |
      | taking MSP Admin from somebody       | refused, as only an MSP Admin may |
      | assigning capabilities               | refused, as only an MSP Admin may |
      | assigning access groups              | refused, as only an MSP Admin may |
      | assigning organizations              | refused, as only an MSP Admin may |
      | changing the Single Sign-On settings | refused, as only an MSP Admin may |
      | linking a KaseyaOne company          | refused, as only an MSP Admin may |
      | naming who may sign in locally       | refused, as only an MSP Admin may |
