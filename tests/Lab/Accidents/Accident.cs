using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>An accident made of two delegates.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind">What it happens to.</param>
/// <param name="Strike">Lets it happen.</param>
/// <param name="Fix">What a person does; null when nothing is to be done.</param>
/// <param name="Mend">Does it.</param>
internal sealed record Accident(string Id, AccidentKind Kind, Func<AccidentScene, CancellationToken, Task> Strike, string? Fix = null, Func<AccidentScene, CancellationToken, Task>? Mend = null) : IAccident
{
    /// <inheritdoc />
    public AccidentToll Toll { get; init; }

    /// <inheritdoc />
    public bool IsDeferred { get; init; }

    /// <summary>What else it changes for good; nothing if null.</summary>
    public Func<string, bool>? Changes { get; init; }

    /// <inheritdoc />
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Makes what it needs; nothing if null.</summary>
    public Func<UpgradeStage, CancellationToken, Task>? Prepare { get; init; }

    // A host that dies starts and stops containers, and high availability heals what it lost; a snapshot or a restore
    // that was cut off is an attempt with an object of its own.
    /// <inheritdoc />
    public bool IsNatural(string what) => Changes?.Invoke(what) == true || Kind switch
    {
        AccidentKind.DockerHost or AccidentKind.Oms => what.Contains("container st", StringComparison.Ordinal) || IsHealing(what),
        AccidentKind.MetaDb or AccidentKind.Storage or AccidentKind.ObjectStorage => what is "backupsnapshots" or "snapshotrestores",
        _ => false,
    };

    // Stores and writers by status: OMS heals them by itself, sooner or later.
    private static bool IsHealing(string what) =>
        (what.StartsWith("store ", StringComparison.Ordinal) || what.StartsWith("writer ", StringComparison.Ordinal)) && !what.Contains("CORRUPTED", StringComparison.Ordinal);

    /// <inheritdoc />
    public Task PrepareAsync(UpgradeStage stage, CancellationToken cancellationToken = default) => Prepare?.Invoke(stage, cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public Task StrikeAsync(AccidentScene scene, CancellationToken cancellationToken = default) => Strike(scene, cancellationToken);

    /// <inheritdoc />
    public Task MendAsync(AccidentScene scene, CancellationToken cancellationToken = default) => Mend?.Invoke(scene, cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public override string ToString() => Id;
}
