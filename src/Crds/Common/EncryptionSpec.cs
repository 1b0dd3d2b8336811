namespace Drydock.Crds.Common;

/// <summary>Encryption of stored dumps in the age format. Every dump can be opened with the standard age program and
/// one identity.</summary>
public sealed record EncryptionSpec
{
    /// <summary>Public keys (age1…). The private key of any of them opens the dumps; the operator keeps no private
    /// key.</summary>
    [Required]
    [ListSet]
    [Items(16, Minimum = 1)]
    [Length(62, Minimum = 62)]
    [Pattern(Patterns.AgeRecipient)]
    public List<string> Recipients { get; init => field = value ?? []; } = [];
}
