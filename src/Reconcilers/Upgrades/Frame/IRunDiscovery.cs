using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What preflight learned of the targets, and what follows from it. Pure.</summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IRunDiscovery<in TSpec, TStatus>
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    /// <summary>What the target is, as it says itself: the claim is named after it.</summary>
    string TargetIdentity { get; }

    /// <summary>Where the target was reached, in the words of claims; empty where that is not known.</summary>
    IReadOnlyList<string> TargetAddresses => [];

    /// <summary>What the target is, in a few words for people.</summary>
    string TargetDescription { get; }

    /// <summary>
    /// Other identities of which nobody else may have a claim when this run begins, for instance single databases that
    /// are being restored.
    /// </summary>
    IReadOnlyList<string> MustBeFree => [];

    /// <summary>Compiles the plan. The same spec and discovery give the same one; at least one step.</summary>
    Plan Compile(TSpec spec);

    /// <summary>The status with what was learned.</summary>
    TStatus Learn(TStatus status, TSpec spec, DateTimeOffset now);
}
