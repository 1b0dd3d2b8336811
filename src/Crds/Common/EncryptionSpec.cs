using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>
/// Encryption at rest in the age format: every stored dump can be opened with stock age and one identity.
/// </summary>
public sealed record EncryptionSpec
{
    /// <summary>Public keys (age1…). Every one of them can open the dumps; the operator keeps no private key.</summary>
    [Required]
    [ListSet]
    [Items(16, Minimum = 1)]
    [Length(62, Minimum = 62)]
    [Pattern(Patterns.AgeRecipient)]
    public List<string> Recipients { get; init => field = value ?? []; } = [];
}
