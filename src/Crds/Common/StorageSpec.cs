using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>Where files are kept: a directory, or an S3-compatible storage.</summary>
[ValidationRule("has(self.directory) != has(self.s3)", RuleMessages.OneStorage)]
public sealed record StorageSpec
{
    /// <summary>
    /// A directory that the operator sees: in the cluster a volume mounted into it that outlives the pod.
    /// </summary>
    public DirectoryStorage? Directory { get; init; }

    /// <summary>A bucket of an S3-compatible storage.</summary>
    public S3Storage? S3 { get; init; }
}
