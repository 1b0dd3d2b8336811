namespace Drydock.Lab.Oms;

/// <summary>Finds the containers of OMS on a host, which may have other containers.</summary>
internal static class OmsContainers
{
    /// <summary>
    /// Full ids of all running and stopped containers that bind one of OMS' mounts or were made from one of its images.
    /// </summary>
    public static async Task<string[]> ListAsync(IOmsHost host, IEnumerable<string> tags)
    {
        // Filters of one kind are alternatives. Filters of two kinds must both match.
        var found = await Task.WhenAll(
            host.DockerAsync(
                "ps", "-aq", "--no-trunc", "--filter", "volume=/home/admin/conf/config.yaml", "--filter",
                "volume=/home/admin/logs", "--filter", "volume=/home/ds/run"),
            host.DockerAsync(
                ["ps", "-aq", "--no-trunc", .. tags.SelectMany(tag => new[] { "--filter", $"ancestor={tag}" })]));
        return [.. found.SelectMany(OmsScenario.Lines).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }
}
