using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>Where files are kept.</summary>
public sealed record StorageSpec
{
    /// <summary>A directory that the operator sees: in the cluster a volume mounted into it that outlives the pod.</summary>
    [Required]
    public DirectoryStorage Directory { get; init => field = value ?? new(); } = new();
}
