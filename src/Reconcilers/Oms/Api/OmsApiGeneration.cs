namespace Drydock.Reconcilers.Oms;

/// <summary>What a console offers programs (docs/research/oms.md#console-api).</summary>
internal enum OmsApiGeneration
{
    /// <summary>Nothing that tells of projects (below 3.3.0).</summary>
    None,

    /// <summary><c>GET /api/omsp/v2/…/progress</c> of one project whose id is known (3.3.0 to 4.1.0).</summary>
    Progress,

    /// <summary><c>POST /api/v2?Action=…</c>: lists, describes and resumes projects (from 4.1.1 on).</summary>
    V2,
}
