using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Which generation of the API a version should have. What a console really has is known only after asking it.
/// </summary>
internal static class OmsApiGenerations
{
    private static readonly OmsVersion ProgressSince = new(3, 3, 0);
    private static readonly OmsVersion V2Since = new(4, 1, 1);

    /// <summary>The generation that a version's documents describe (docs/research/oms.md#console-api).</summary>
    public static OmsApiGeneration ImpliedBy(OmsVersion version)
    {
        return version >= V2Since
            ? OmsApiGeneration.V2
            : version >= ProgressSince
            ? OmsApiGeneration.Progress
            : OmsApiGeneration.None;
    }

    /// <summary>The generation as the end of a sentence.</summary>
    public static string Describe(OmsApiGeneration generation) => generation switch
    {
        OmsApiGeneration.V2 => "the API /api/v2",
        OmsApiGeneration.Progress =>
            "only the API /api/omsp/v2, which reports the progress of a project whose id is known",
        _ => "no API for projects",
    };
}

/// <summary>What a console offers programs (docs/research/oms.md#console-api).</summary>
internal enum OmsApiGeneration
{
    /// <summary>No API for projects (below 3.3.0).</summary>
    None,

    /// <summary><c>GET /api/omsp/v2/…/progress</c> of one project whose id is known (3.3.0 to 4.1.0).</summary>
    Progress,

    /// <summary><c>POST /api/v2?Action=…</c>: lists, describes and resumes projects (from 4.1.1 on).</summary>
    V2,
}
