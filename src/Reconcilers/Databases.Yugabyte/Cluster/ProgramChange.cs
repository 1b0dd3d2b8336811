using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// From what program to what program an instance goes by a step: the same for the way there and the way back.
/// </summary>
internal sealed record ProgramChange
{
    /// <summary>SHA-256 of the program it is to run.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The directory of the version it is to run.</summary>
    public required string Directory { get; init; }

    /// <summary>That version, as the spec has it.</summary>
    public required string Version { get; init; }

    /// <summary>SHA-256 of the program that is replaced; null where that is not known.</summary>
    public required string? FormerSha256 { get; init; }

    /// <summary>The version that is replaced.</summary>
    public required string FormerVersion { get; init; }

    /// <summary>What deployDir points at before, where it is a symbolic link.</summary>
    public required string? FormerDirectory { get; init; }

    /// <summary>
    /// What a step that names one instance, or the first slot of a phase of masters, says of an instance.
    /// </summary>
    /// <param name="context">The plan, in which PreparePackage has recorded the programs of the package.</param>
    /// <param name="carrier">The step with the parameters.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="program">Its program.</param>
    /// <param name="isSlot">Whether the parameters have the instance behind their keys.</param>
    /// <exception cref="KeyNotFoundException">Nothing says what the instance is to run.</exception>
    public static ProgramChange Of(
        StepContext context,
        PlanStep carrier,
        DatabaseRollingUpgradeSpec spec,
        DatabaseInstance instance,
        string program,
        bool isSlot)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(carrier);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(instance);
        var version = (isSlot ? carrier.Parameters.GetValueOrDefault(YugabyteKeys.Version) : Parameter(YugabyteKeys.Version)) ?? spec.ToVersion;
        return new ProgramChange
        {
            Sha256 = Parameter(YugabyteKeys.Sha)
                ?? YugabyteWork.PackagedProgram(context.Plan, instance.Host, program)
                ?? throw new KeyNotFoundException($"no step has recorded the checksum of {program} of the package on {instance.Host}; the stored plan does not fit step {carrier.Id}"),
            Directory = Parameter(YugabyteKeys.Directory) ?? spec.Package.Directory,
            Version = version,
            FormerSha256 = Parameter(YugabyteKeys.Former),
            FormerVersion = version == spec.ToVersion ? spec.FromVersion : spec.ToVersion,
            FormerDirectory = Parameter(YugabyteKeys.FormerDirectory),
        };

        string? Parameter(string key) => isSlot ? carrier.Parameters.GetValueOrDefault(YugabyteKeys.Of(key, instance.Name)) : TserverPrograms.Of(context.Plan, carrier, key);
    }

    /// <summary>Whether a process runs what it is to run.</summary>
    public bool IsDone(InstanceProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process.Pid is not null && process.ExecutableSha256 == Sha256;
    }

    /// <summary>The same for the host.</summary>
    /// <param name="target">How the instance is swapped.</param>
    public ProgramSwap ToSwap(InstanceTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new ProgramSwap(Directory, Sha256, FormerVersion, FormerSha256 ?? "", target.Swap == SwapMethod.SwitchLink ? FormerDirectory : null);
    }
}
