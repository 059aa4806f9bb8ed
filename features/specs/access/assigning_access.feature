Feature: Access comes from an administrator, and only from there
  Roles, Group Access and organization visibility are three separate assignments. None implies
  another; neither time nor further sign-ins nor the toggles bring any of them.

  Background:
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And the access group "Night shift" exists

  @S-04
  Scenario Outline: Toggling automatic user creation changes no one's access: <first>, then <then>
    Given Rui is signed in with KaseyaOne
    And Mona assigned Rui the organization "Aurora Dental"
    And Dana is signed in with KaseyaOne
    And "Enable Automatic User Creation" is <first>
    When Mona turns <then> "Enable Automatic User Creation"
    Then nobody's access has changed
    And Rui sees the organization "Aurora Dental"
    And Dana sees no organizations

    Examples:
      | first | then |
      | on    | off  |
      | off   | on   |

  @S-19
  Scenario: Waiting does not grant access
    Given Dana has signed in before
    When 90 days pass
    And Dana signs in with KaseyaOne
    And 90 days pass
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has no access at all
    And Dana sees no organizations

  @S-19
  Scenario: Access arrives when an administrator assigns it
    Given Dana is signed in with KaseyaOne
    When Mona assigns Dana the organization "Aurora Dental"
    Then Dana sees the organization "Aurora Dental"
    And the audit says that Mona changed the organizations of Dana

  @S-20
  Scenario Outline: Assigning <one> leaves <the other two> unassigned
    Given Dana has signed in before
    When Mona assigns Dana the <one> "<name>"
    Then the account of Dana says:
      | capabilities  | <capabilities>  |
      | access groups | <access groups> |
      | organizations | <organizations> |

    Examples:
      | one          | name          | the other two                      | capabilities | access groups | organizations |
      | capability   | review alerts  | access groups and organizations    | review alerts | none          | none          |
      | access group | Night shift   | capabilities and organizations     | none         | Night shift   | none          |
      | organization | Aurora Dental | capabilities and access groups     | none         | none          | Aurora Dental |
