using Docker.DotNet.Models;

namespace Drydock.Cli.Init;

/// <summary>What one running container of OMS tells about its installation.</summary>
/// <param name="Image">The image that it was created from.</param>
/// <param name="HostIP">The address of the node as OMS knows it; null if the container does not say.</param>
/// <param name="Version">The version in the image's tag; null if it has none.</param>
internal sealed partial record OmsFound(
    string Container, string Image, string? HostIP, string? Version)
{
    private const string ConfigFile = "/home/admin/conf/config.yaml";
    private const string HostVariable = "OMS_HOST_IP=";

    /// <summary>Looks at the running containers of a host. Reads only.</summary>
    /// <param name="name">Name of the container; null for the only one of OMS.</param>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<OmsFound> FindAsync(DockerClient docker, string? name, CancellationToken cancellationToken)
    {
        var running = await docker.Containers.ListContainersAsync(new ContainersListParameters(), cancellationToken);
        var candidates = running
            .Where(c => c.Mounts.Any(m => IsAt(m.Destination, ConfigFile)))
            .Select(c => (c.ID, Name: c.Names.Select(n => n.TrimStart('/')).FirstOrDefault() ?? c.ID))
            .ToList();
        var chosen = name is null ? candidates : [.. candidates.Where(c => c.Name == name)];
        if (chosen is not [var only])
        {
            var names = candidates.Count == 0 ? "none" : string.Join(", ", candidates.Select(c => c.Name));
            throw new CliException(
                $"{docker.EndpointName}: running containers with {ConfigFile} mounted: {names}. "
                + (candidates.Count > 1 ? "Name one with --container." : "Start OMS, or choose its host."));
        }

        return Of(await docker.Containers.InspectContainerAsync(only.ID, cancellationToken));
    }

    public static OmsFound Of(InspectedContainer container)
    {
        var image = container.Config.Image ?? "";
        var tag = Tag().Match(image);
        return new OmsFound(
            container.ShortName,
            image,
            container.Config.Env?.FirstOrDefault(e => e.StartsWith(HostVariable, StringComparison.Ordinal))?[
                HostVariable.Length..],
            tag.Success ? tag.Groups["version"].Value.Replace('_', '-').TrimEnd('-') : null);
    }

    private static bool IsAt(string destination, string path) =>
        path == destination || path.StartsWith(destination.TrimEnd('/') + "/", StringComparison.Ordinal);

    [GeneratedRegex(
        @":(feature_|v)?(?<version>[0-9]+\.[0-9]+\.[0-9]+([._-]?bp[0-9]+)?)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000)]
    private static partial Regex Tag();
}
