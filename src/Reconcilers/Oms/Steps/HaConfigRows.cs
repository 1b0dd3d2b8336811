namespace Drydock.Reconcilers.Oms;

/// <summary>Reads the text of ha.config for steps.</summary>
internal static class HaConfigRows
{
    /// <summary>The text of ha.config; null if there is no row.</summary>
    public static async Task<string?> HaConfigAsync(
        this IOmsTargets targets, string database, CancellationToken cancellationToken)
    {
        var metadata = await targets.MetadataAsync(cancellationToken);
        return (await metadata.ReadHaConfigAsync(database, cancellationToken)).Raw;
    }
}
