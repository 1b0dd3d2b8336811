namespace Drydock.Clients.Docker;

/// <summary>What the package's models of answers lack.</summary>
public static partial class DockerModels
{
    // Go's os.FileMode: permissions in the low nine bits, kind in the high ones.
    private const uint ModeSymbolicLink = 1u << 27;
    private const uint ModeNotRegular =
        (1u << 31) | ModeSymbolicLink | (1u << 26) | (1u << 25) | (1u << 24) | (1u << 21) | (1u << 19);

    extension(ContainerListResponse container)
    {
        public string? Label(string name) => container.Labels.TryGetValue(name, out var value) ? value : null;
    }

    extension(ContainerPathStatResponse stat)
    {
        public bool IsSymbolicLink => (stat.Mode & ModeSymbolicLink) != 0;

        public bool IsRegularFile => (stat.Mode & ModeNotRegular) == 0;
    }

    extension(SystemInfoResponse info)
    {
        /// <summary>The host's clock; null: not told.</summary>
        public DateTimeOffset? Clock => Time(info.SystemTime);
    }

    extension(VersionResponse version)
    {
        public bool IsPodman => version.Components?.Any(
            component => component.Name?.StartsWith("Podman", StringComparison.OrdinalIgnoreCase) == true) == true;
    }

    /// <summary>A time as Go prints it; its zero time and an empty text mean "never" and become null.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    public static DateTimeOffset? Time(string? text)
    {
        // Nanoseconds have two more digits than .NET can parse.
        var time = string.IsNullOrEmpty(text)
            ? default
            : DateTimeOffset.Parse(
                Nanoseconds().Replace(text, "${kept}"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return time.Year <= 1 ? null : time;
    }

    /// <summary>Seconds and nanoseconds since 1970, as the engine reads a time.</summary>
    internal static string Unix(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        var rest = (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest * 100:D9}");
    }

    internal static Dictionary<string, IDictionary<string, bool>> Filters(
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters) => filters.ToDictionary(
            filter => filter.Key,
            IDictionary<string, bool> (filter) =>
                filter.Value.ToDictionary(value => value, _ => true, StringComparer.Ordinal),
            StringComparer.Ordinal);

    /// <summary>Replaces what the engine sent as null; false if what must be there is missing: the package would read
    /// an answer of somebody else as a container that does not run.</summary>
    internal static bool Completed(this ContainerListResponse container)
    {
        container.Names ??= [];
        container.Mounts ??= [];
        container.Image ??= "";
        container.ImageID ??= "";
        container.State ??= "";
        container.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
        Complete(container.Mounts);
        return container.ID is { Length: > 0 };
    }

    internal static bool Completed(this ImageInspectResponse image)
    {
        image.RepoTags ??= [];
        image.RepoDigests ??= [];
        image.Architecture ??= "";
        return image.ID is { Length: > 0 };
    }

    internal static void Complete(IEnumerable<MountPoint> mounts)
    {
        foreach (var mount in mounts)
        {
            (mount.Type, mount.Name) = (mount.Type ?? "", mount.Name ?? "");
            (mount.Source, mount.Destination) = (mount.Source ?? "", mount.Destination ?? "");
        }
    }

    [GeneratedRegex(@"(?<kept>\.\d{7})\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Nanoseconds();
}
