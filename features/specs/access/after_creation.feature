Feature: Access and permissions after an account was created
  A new user is told what is missing and whom to ask. Roles, Group Access and privileges are then
  reviewed and assigned deliberately, by a named administrator, and stay as they were assigned.

  Background:
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And the access group "Night shift" exists

  @S-51
  Scenario: A new user is told access is not yet assigned
    When Dana signs in with KaseyaOne
    Then Dana is told that access is not yet assigned, and to ask "an MSP Admin of your company"
    When Dana checks again
    Then Dana is told that access is not yet assigned, and to ask "an MSP Admin of your company"
    When Mona assigns Dana the organization "Aurora Dental"
    And Dana checks again
    Then Dana sees the organization "Aurora Dental"
    And Dana is no longer told that access is not yet assigned

  @S-52
  Scenario: Each assignment names its administrator
    Given Lee is an MSP Admin, signed in locally
    And Dana has signed in before
    When Mona assigns Dana the capability "review alerts"
    And Lee assigns Dana the access group "Night shift"
    And Mona assigns Dana the organization "Aurora Dental"
    And Lee makes Dana an MSP Admin
    Then the audit trail says about Dana, oldest first:
      | KaseyaOne | created the account       | dana@northwind.example                  |
      | KaseyaOne | linked the KaseyaOne user | k1-northwind-dana in company k1-co-1001 |
      | Dana      | signed in                 | kaseyaone, fresh                        |
      | Mona      | changed the capabilities  | from none to review alerts              |
      | Lee       | changed the access groups | from none to Night shift                |
      | Mona      | changed the organizations | from none to Aurora Dental              |
      | Lee       | changed MSP Admin         | from no to yes                          |

  @S-52
  Scenario Outline: Nobody but an MSP Admin assigns anything: <assigning something>
    Given Rui is signed in and has every capability
    When Rui tries <assigning something>
    Then Rui is refused, as only an MSP Admin may in every way
    And nobody's access has changed

    Examples:
      | assigning something            |
      | assigning capabilities         |
      | assigning access groups        |
      | assigning organizations        |
      | making somebody an MSP Admin   |
      | taking MSP Admin from somebody |

  @S-53
  Scenario: Nothing changes until it is configured
    Given Dana has signed in before
    And Rui has signed in before
    And Mona assigned Rui the organization "Aurora Dental"
    When Dana signs in with KaseyaOne
    And Mona turns off "Enable Automatic User Creation"
    And 30 days pass
    And Mona turns on "Enable Automatic User Creation"
    And Dana signs in with KaseyaOne
    And Zoe signs in with KaseyaOne
    Then nobody's access has changed
    And Dana has no access at all
    When Mona assigns Dana the capability "see reports"
    Then the account of Dana says:
      | MSP Admin     | no          |
      | capabilities  | see reports |
      | access groups | none        |
      | organizations | none        |

  @S-53
  Scenario: A later sign-in does not reset what was assigned
    Given Rui has signed in before
    And Mona assigned Rui the organization "Aurora Dental"
    And Mona assigned Rui the access group "Night shift"
    And Mona assigned Rui the capability "review alerts"
    And the role of Rui in KaseyaOne is "Master"
    When Rui signs in with KaseyaOne
    And 30 days pass
    And Rui signs in with KaseyaOne
    Then Rui is signed in
    And nobody's access has changed
    And the account of Rui says:
      | MSP Admin     | no            |
      | capabilities  | review alerts |
      | access groups | Night shift   |
      | organizations | Aurora Dental |
    And Rui sees the organization "Aurora Dental"

  @S-54
  Scenario: Provisioning one person changes no other person
    Given Lee is an MSP Admin, signed in locally
    And Rui is signed in with KaseyaOne
    And Zoe is signed in with KaseyaOne
    And Mona assigned Rui the organization "Aurora Dental"
    And Mona assigned Rui the access group "Night shift"
    And it is noted what Rui may see and do
    And it is noted what Zoe may see and do
    And it is noted what Lee may see and do
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And nobody's account has changed
    And nobody's access has changed
    And Rui may see and do exactly what was noted
    And Zoe may see and do exactly what was noted
    And Lee may see and do exactly what was noted

  @S-55
  Scenario: The audit trail tells authentication, creation and access apart
    When Dana signs in with KaseyaOne
    And Mona assigns Dana the organization "Aurora Dental"
    And Dana signs out of KaseyaOne too
    And Dana signs in with KaseyaOne
    Then the audit trail says about Dana, oldest first:
      | KaseyaOne | created the account       | dana@northwind.example                  |
      | KaseyaOne | linked the KaseyaOne user | k1-northwind-dana in company k1-co-1001 |
      | Dana      | signed in                 | kaseyaone, fresh                        |
      | Mona      | changed the organizations | from none to Aurora Dental              |
      | Dana      | signed out                |                                         |
      | Dana      | signed in                 | kaseyaone, fresh                        |
    And every earlier entry of the audit trail is still there, unchanged

  @S-55
  Scenario: The account's history can be rebuilt from the audit trail
    Given Lee is an MSP Admin, signed in locally
    And Erin has signed in before
    And Mona assigned Erin the capability "see reports"
    When Lee assigns Erin the organization "Aurora Dental"
    And Mona assigns Erin the capability "review alerts"
    And Lee assigns Erin the access group "Night shift"
    And Lee makes Erin an MSP Admin
    And the address of Erin in KaseyaOne becomes "erin.new@northwind.example"
    And Erin signs in with KaseyaOne
    And Mona takes the MSP Admin designation from Erin
    And Mona opens the Users page
    And Mona marks Erin as reviewed
    Then the account of Erin is what its history in the audit trail makes of it
    And every earlier entry of the audit trail is still there, unchanged

  @S-56
  Scenario: The access article is one click away
    Given Dana has signed in before
    When Mona opens the Users page
    And Mona follows "User roles and permission boundaries" in the row of Dana
    Then Mona reads the article "User roles and permission boundaries"
