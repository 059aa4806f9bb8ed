Feature: An MSP user signs in but no account is created
  Administrators are told by the article to verify five items. Every sign-in that ends without an
  account leaves a record with the same five items in the same order, answered for that very
  attempt, and the first that failed. The person gets plain words and a reference; the
  administrator finds the reason by the reference.

  Background:
    Given automatic user creation is in effect

  @S-62
  Scenario: A sign-in without an account explains itself
    Given "Enable Automatic User Creation" is off
    When Dana tries to sign in with KaseyaOne
    Then Dana has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | pass                          |
      | KaseyaOne login is on         | pass                          |
      | automatic user creation is on | fail                          |
      | exists in KaseyaOne           | pass                          |
      | completed authentication      | pass                          |
      | first failing                 | automatic user creation is on |
      | outcome                       | refused                       |

  @S-68
  Scenario Outline: Correcting this and signing in again creates the account: <item>
    Given <what is wrong>
    When Dana <tries>
    Then Dana has no account
    When <correction>
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | item                          | what is wrong                                 | tries                            | correction                                           |
      | authenticated using KaseyaOne | Dana exists in KaseyaOne and has no account   | tries to sign in locally         | Dana uses a new browser                              |
      | KaseyaOne login is on         | "Allow Users to Log in with KaseyaOne" is off | tries to sign in with KaseyaOne  | Mona turns on "Allow Users to Log in with KaseyaOne" |
      | automatic user creation is on | "Enable Automatic User Creation" is off       | tries to sign in with KaseyaOne  | Mona turns on "Enable Automatic User Creation"       |
      | exists in KaseyaOne           | Dana was deleted from KaseyaOne               | tries to sign in with KaseyaOne  | Dana is restored in KaseyaOne                        |
      | completed authentication      | Dana exists in KaseyaOne and has no account   | starts to sign in with KaseyaOne | Dana cancels at KaseyaOne                            |

  @S-69
  Scenario: Two failing items are both reported, first one first
    Given "Enable Automatic User Creation" is off
    When Dana starts to sign in with KaseyaOne
    And Dana cancels at KaseyaOne
    Then Dana has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | not knowable                  |
      | KaseyaOne login is on         | pass                          |
      | automatic user creation is on | fail                          |
      | completed authentication      | fail                          |
      | first failing                 | automatic user creation is on |

  @S-71
  Scenario: The person gets a reference, the administrator gets the reason
    Given "Enable Automatic User Creation" is off
    When Dana tries to sign in with KaseyaOne
    Then Dana is shown a reference and told nothing but:
      | You cannot be signed in                                                                           |
      | KaseyaOne confirmed who you are, but Kaseya MDR could neither open nor create an account for you. |
      | Ask your Kaseya MDR administrator; being let in here may need their approval.                     |
      | If it does not help, give your administrator this reference. It leads to the reason.              |
    And Mona finds the record by that reference
    And the record page names "automatic user creation" as the first that failed

  @S-71
  Scenario: The refusal does not reveal who has an account
    Given Lee is an MSP user with a local password
    When Lee tries to sign in locally with a wrong password
    And Dana tries to sign in locally
    Then Lee and Dana are told the same
