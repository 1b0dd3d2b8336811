namespace Drydock.Clients.Docker;

/// <summary>What the registry says of an image.</summary>
public sealed record DistributionInspectResponse
{
    /// <summary>What its reference points at.</summary>
    public DistributionDescriptor Descriptor { get; init => field = value ?? new(); } = new();

    /// <summary>The platforms it is there for.</summary>
    public IReadOnlyList<DistributionPlatform> Platforms { get; init => field = value ?? []; } = [];
}
