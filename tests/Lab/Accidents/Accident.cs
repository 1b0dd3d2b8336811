namespace Drydock.Lab.Accidents;

/// <summary>An accident made of two delegates.</summary>
/// <param name="Kind">The kind of target.</param>
/// <param name="Strike">Causes the accident.</param>
/// <param name="Fix">What the administrator does; null if nothing is needed.</param>
/// <param name="Mend">Does what <paramref name="Fix"/> says.</param>
internal sealed record Accident(
    string Id, AccidentKind Kind, Func<AccidentScene, CancellationToken, Task> Strike, string? Fix = null,
    Func<AccidentScene, CancellationToken, Task>? Mend = null) : IAccident
{
    /// <inheritdoc />
    public AccidentToll Toll { get; init; }

    /// <inheritdoc />
    public bool IsDeferred { get; init; }

    /// <summary>Further counts and lines that it changes permanently; none if null.</summary>
    public Func<string, bool>? Changes { get; init; }

    /// <inheritdoc />
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Prepares the stage for it; nothing if null.</summary>
    public Func<UpgradeStage, CancellationToken, Task>? Prepare { get; init; }

    // A host that crashes starts and stops containers, and high availability heals the lost processes. An interrupted
    // snapshot or restore is a separate attempt with its own object.
    /// <inheritdoc />
    public bool IsNatural(string what) => Changes?.Invoke(what) == true || Kind switch
    {
        AccidentKind.DockerHost or AccidentKind.Oms => what.Contains("container st", StringComparison.Ordinal)
            || IsHealing(what),
        AccidentKind.MetaDb or AccidentKind.Storage or AccidentKind.ObjectStorage =>
            what is "backupsnapshots" or "snapshotrestores",
        _ => false,
    };

    // The states of stores and writers: OMS heals them automatically after a while.
    private static bool IsHealing(string what) =>
        (what.StartsWith("store ", StringComparison.Ordinal) || what.StartsWith("writer ", StringComparison.Ordinal))
            && !what.Contains("CORRUPTED", StringComparison.Ordinal);

    /// <inheritdoc />
    public Task PrepareAsync(UpgradeStage stage, CancellationToken cancellationToken = default) =>
        Prepare?.Invoke(stage, cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public Task StrikeAsync(AccidentScene scene, CancellationToken cancellationToken = default) =>
        Strike(scene, cancellationToken);

    /// <inheritdoc />
    public Task MendAsync(AccidentScene scene, CancellationToken cancellationToken = default) =>
        Mend?.Invoke(scene, cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public override string ToString() => Id;
}
