Feature: Disabling automatic user creation
  Disabling prevents new accounts from being created automatically. It neither removes nor
  alters an existing account.

  Background:
    Given automatic user creation is in effect

  @S-57
  Scenario: An MSP Admin turns off automatic user creation
    When Mona turns off "Enable Automatic User Creation"
    Then "Enable Automatic User Creation" is off
    And the audit says that Mona changed "Enable Automatic User Creation" from on to off

  @S-58 @fault:id-jit-off
  Scenario: After disabling, a newcomer gets no account
    When Mona turns off "Enable Automatic User Creation"
    And Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And Dana is shown a reference and told nothing but:
      | You cannot be signed in                                                                           |
      | KaseyaOne confirmed who you are, but Kaseya MDR could neither open nor create an account for you. |
      | Ask your Kaseya MDR administrator; being let in here may need their approval.                     |
      | If it does not help, give your administrator this reference. It leads to the reason.              |
    And the record of the sign-in says:
      | first failing | automatic user creation is on |
      | cause         | create off                    |

  @S-59
  Scenario: Disabling leaves every existing account as it was
    Given the organization "Aurora Dental" exists
    And Rui is signed in with KaseyaOne
    And Mona assigned Rui the organization "Aurora Dental"
    And Mona added Zoe as a user
    When Mona turns off "Enable Automatic User Creation"
    Then nobody's account has changed
    And nobody's access has changed
    And Rui is signed in
    And Rui sees the organization "Aurora Dental"

  @S-59
  Scenario: An automatically created user still signs in after disabling
    Given Rui has signed in before
    When Mona turns off "Enable Automatic User Creation"
    And Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has the same account as before

  @S-60
  Scenario: Disabling applies to sign-ins already under way
    When Dana starts to sign in with KaseyaOne
    And Mona turns off "Enable Automatic User Creation"
    And Dana completes the sign-in
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | automatic user creation is on | fail                          |
      | first failing                 | automatic user creation is on |

  @S-61
  Scenario: Disabling leaves the other toggles alone
    Given Lee is an MSP user with a local password
    And "Require Login with KaseyaOne" is on, except for Lee
    When Mona turns off "Enable Automatic User Creation"
    Then "Allow Users to Log in with KaseyaOne" is on
    And "Require Login with KaseyaOne" is on
    And Lee is excepted from the requirement

  @S-61
  Scenario: Re-enabling resumes creation
    Given "Enable Automatic User Creation" is off
    And Dana tried to sign in with KaseyaOne and was refused
    When Mona turns on "Enable Automatic User Creation"
    Then Dana has no account
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
