using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>A directory as storage.</summary>
[ValidationRule(StorageRules.NoParentInPath, RuleMessages.DirectoryPath)]
public sealed record DirectoryStorage
{
    /// <summary>Absolute path of the directory in the operator's file system.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.AbsolutePath)]
    public string Path { get; init => field = value ?? ""; } = "";
}
