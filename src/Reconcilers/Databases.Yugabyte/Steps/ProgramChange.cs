namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The program that an instance runs before a step and the one it runs after it, in an upgrade and in a
/// rollback.</summary>
internal sealed record ProgramChange
{
    public required string Sha256 { get; init; }

    public required string Directory { get; init; }

    public required string Version { get; init; }

    /// <summary>SHA-256 of the program that is replaced; null if unknown.</summary>
    public required string? FormerSha256 { get; init; }

    public required string FormerVersion { get; init; }

    public required string? FormerDirectory { get; init; }

    /// <summary>The change that a plan makes to an instance.</summary>
    /// <param name="version">The version to run; null for toVersion.</param>
    /// <exception cref="KeyNotFoundException">The plan does not say what the instance is to run.</exception>
    public static ProgramChange Of(
        Plan plan,
        DatabaseRollingUpgradeSpec spec,
        DatabaseInstance instance,
        string program,
        ProgramReplacement replacement,
        string? version)
    {
        version ??= spec.ToVersion;
        return new ProgramChange
        {
            Sha256 = replacement.Sha256
                ?? PreparePackage.Program(plan, instance.Host, program)
                ?? throw new KeyNotFoundException(
                    $"No step has recorded the checksum of {program} of the package on {instance.Host}; the stored "
                    + "plan does not fit."),
            Directory = replacement.Directory ?? spec.Package.Directory,
            Version = version,
            FormerSha256 = replacement.FormerSha256,
            FormerVersion = version == spec.ToVersion ? spec.FromVersion : spec.ToVersion,
            FormerDirectory = replacement.FormerDirectory,
        };
    }

    public bool IsDone(InstanceProcess process) => process.Pid is not null && process.ExecutableSha256 == Sha256;

    public ProgramSwap ToSwap(InstanceTarget target) => new(
        Directory,
        Sha256,
        FormerVersion,
        FormerSha256 ?? "",
        target.Swap == SwapMethod.SwitchLink ? FormerDirectory : null);
}

/// <summary>The arguments of a step that replaces the program of an instance.</summary>
/// <param name="Sha256">In a rollback: SHA-256 of the program to run; null for the one of the package.</param>
/// <param name="Directory">In a rollback: the directory of the version to run; null for the package's.</param>
/// <param name="FormerSha256">SHA-256 of the program that is replaced; null if unknown.</param>
/// <param name="FormerDirectory">The directory of the version that is replaced, if the swap changes it.</param>
internal sealed record ProgramReplacement(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Directory = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FormerSha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FormerDirectory = null);
