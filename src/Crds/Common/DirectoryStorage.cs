using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>A directory as storage.</summary>
[ValidationRule(StorageRules.NoParentInPath, RuleMessages.DirectoryPath)]
public sealed record DirectoryStorage
{
    /// <summary>
    /// A storage root of the operator, or a folder below one. The operator puts a folder named after the namespace
    /// directly below the root.
    /// </summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.AbsolutePath)]
    public string Path { get; init => field = value ?? ""; } = "";
}
