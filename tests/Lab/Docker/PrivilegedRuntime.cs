namespace Drydock.Lab;

/// <summary>
/// The runtime that a dockerd of the lab needs for privileged containers on a machine whose root lacks
/// CAP_SYS_RESOURCE.
/// </summary>
public static class PrivilegedRuntime
{
    /// <summary>Its path; null if the usual runtime can start privileged containers.</summary>
    public static async Task<string?> FindAsync(CancellationToken cancellationToken) =>
        await HasSysResourceAsync(cancellationToken) ? null : Recipes.PathOf("runc-without-sys-resource.sh");

    private static async Task<bool> HasSysResourceAsync(CancellationToken cancellationToken)
    {
        const int CapSysResource = 24;
        await foreach (var line in File.ReadLinesAsync("/proc/self/status", cancellationToken))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal))
            {
                var effective = Convert.ToUInt64(line["CapEff:".Length..].Trim(), 16);
                return (effective >> CapSysResource & 1) == 1;
            }
        }

        throw new LabException("/proc/self/status has no line CapEff");
    }
}
