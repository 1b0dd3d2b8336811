using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Which generation of the API a version should have; what a console really has is found out by asking it.
/// </summary>
internal static class OmsApiGenerations
{
    private static readonly OmsVersion ProgressSince = new(3, 3, 0);
    private static readonly OmsVersion V2Since = new(4, 1, 1);

    /// <summary>The generation that a version's documents describe (docs/research/oms.md#console-api).</summary>
    public static OmsApiGeneration ImpliedBy(OmsVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version >= V2Since ? OmsApiGeneration.V2 : version >= ProgressSince ? OmsApiGeneration.Progress : OmsApiGeneration.None;
    }

    /// <summary>A few words for people.</summary>
    public static string Describe(OmsApiGeneration generation) => generation switch
    {
        OmsApiGeneration.V2 => "the API /api/v2",
        OmsApiGeneration.Progress => "only the API /api/omsp/v2, which tells the progress of a project whose id is known",
        _ => "no API that tells of projects",
    };
}
