using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>High availability as found before the upgrade.</summary>
public sealed record HighAvailabilityStatus
{
    /// <summary>Who changes ha.config.</summary>
    public HighAvailabilityMethod Method { get; init; }

    /// <summary>False if the installation had no ha.config row, as before 3.3.1.</summary>
    public bool Present { get; init; }

    /// <summary>Whether its master switch was on.</summary>
    public bool EnabledBefore { get; init; }

    /// <summary>The text of ha.config as it was, byte for byte. It holds no secret.</summary>
    [Length(SchemaLimits.Opaque)]
    public string? Before { get; init; }
}
