Feature: Automatic user creation is a convenience, not an access control
  It saves the work of creating accounts. It decides about no access, and whoever wants to approve
  accounts by hand turns it off.

  @S-81
  Scenario Outline: No access decision depends on automatic user creation: <first>, then <then>
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And Rui is signed in with KaseyaOne
    And Mona assigned Rui the organization "Aurora Dental"
    And Mona assigned Rui the capability "see reports"
    And Dana is signed in with KaseyaOne
    And <toggle> is <first>
    And it is noted what Mona may see and do
    And it is noted what Rui may see and do
    And it is noted what Dana may see and do
    And it is noted what a stranger may see and do
    When Mona turns <then> <toggle>
    Then Mona may see and do exactly what was noted
    And Rui may see and do exactly what was noted
    And Rui sees the organization "Aurora Dental"
    And Dana may see and do exactly what was noted
    And a stranger may see and do exactly what was noted
    And nobody's access has changed

    Examples:
      | toggle                           | first | then |
      | "Enable Automatic User Creation" | on    | off  |
      | "Enable Automatic User Creation" | off   | on   |

  @S-84
  Scenario: With the feature off, an approved user is added by hand and then signs in
    Given automatic user creation is in effect
    And "Enable Automatic User Creation" is off
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    When Mona adds Dana as a user
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And Dana has the same account as before
    And the account of Dana says:
      | origin        | added by hand |
      | status        | active        |
      | signs in with | KaseyaOne     |
    And Dana has no access at all
    And "Enable Automatic User Creation" is off

  @S-85
  Scenario: One sign-in in, nothing granted
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And the access group "Night shift" exists
    And the role of Dana in KaseyaOne is "Master"
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana was asked to sign in by KaseyaOne
    And Dana has exactly one account
    And Dana is told that access is not yet assigned, and to ask "an MSP Admin of your company"
    And the account of Dana says:
      | origin        | created automatically |
      | MSP Admin     | no                    |
      | capabilities  | none                  |
      | access groups | none                  |
      | organizations | none                  |
    And Dana sees no organizations
    And nothing has changed but the account of Dana
    And nobody's access has changed
    And the SOC evaluates alerts exactly as before
    And the account of Dana is what its history in the audit trail makes of it
    When Dana tries seeing one organization
    Then Dana is told that there is no such thing in every way
    When Dana tries seeing the users
    Then Dana is refused, as only an MSP Admin may in every way
    When Mona assigns Dana the organization "Aurora Dental"
    Then Dana sees the organization "Aurora Dental"

  @S-85
  Scenario: Whoever has an account takes no extra step
    Given automatic user creation is in effect
    And Rui has signed in before
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui was asked to sign in by KaseyaOne
    And Rui has the same account as before
