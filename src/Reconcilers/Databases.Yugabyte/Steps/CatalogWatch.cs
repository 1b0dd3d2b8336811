namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Waits until no upgrade of the SQL catalogue is under way: no command runs on the tool host, and the version
/// of the catalogue, which every migration raises, has not changed for a while. The command's own end was not
/// seen.</summary>
/// <param name="cluster">The universe.</param>
internal sealed class CatalogWatch(YugabyteCluster cluster)
{
    /// <summary>For how long the version must not have changed.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Waits; the caller limits the time.</summary>
    /// <returns>False if the version cannot be read, so that only the tool host was watched.</returns>
    /// <exception cref="HostException">The tool host cannot be reached.</exception>
    public async Task<bool> UntilStillAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var tool = cluster.Tool();
        var (known, since) = (await VersionAsync(tool, cancellationToken), time.GetUtcNow());
        while (time.GetUtcNow() - since < Still)
        {
            await Task.Delay(Pause, time, cancellationToken);
            var now = await VersionAsync(tool, cancellationToken);
            if (now != known || await tool.IsUpgradingCatalogAsync(cancellationToken))
            {
                (known, since) = (now, time.GetUtcNow());
            }
        }

        return known is not null;
    }

    // While the masters have no leader, the version cannot be read; that is no sign of an end either.
    private static async Task<long?> VersionAsync(AdminTool tool, CancellationToken cancellationToken)
    {
        try
        {
            return await tool.CatalogVersionAsync(cancellationToken);
        }
        catch (AdminToolException)
        {
            return null;
        }
    }
}
