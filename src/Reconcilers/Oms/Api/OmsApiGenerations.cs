namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Which generation of the API a console has, in words. What a version should have is in the version data; what a
/// console really has is known only after asking it.
/// </summary>
internal static class OmsApiGenerations
{
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
    /// <summary>No API for projects.</summary>
    None,

    /// <summary><c>GET /api/omsp/v2/…/progress</c> of one project whose id is known.</summary>
    Progress,

    /// <summary><c>POST /api/v2?Action=…</c>: lists, describes and resumes projects.</summary>
    V2,
}
