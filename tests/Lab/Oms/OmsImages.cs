namespace Drydock.Lab.Oms;

/// <summary>The stand-in images, as archives for <c>docker load</c>.</summary>
/// <param name="All">Every image by its tag.</param>
public sealed record OmsImages(IReadOnlyDictionary<string, OmsImage> All)
{
    /// <summary>The repository of all images.</summary>
    public const string Repository = "registry.example/oms";

    /// <summary>Enterprise 3.2.2-bp2.</summary>
    public const string OldTag = Repository + ":feature_3.2.2";

    /// <summary>Enterprise 4.2.2-bp1.</summary>
    public const string NewTag = Repository + ":feature_4.2.2";

    /// <summary>The correction JAR inside the Enterprise images from 4.0.1 on.</summary>
    public const string JarPath = "/root/correction-1.0-SNAPSHOT-jar-with-dependencies.jar";

    /// <summary>The correction JAR as a file of this machine, and so of every Docker host of the lab.</summary>
    public string Jar => Path.Combine(Path.GetDirectoryName(New.Archive)!, Path.GetFileName(JarPath));

    /// <summary>Path of build.sh next to the lab's assembly.</summary>
    public static string DefaultScript { get; } = Path.Combine(AppContext.BaseDirectory, "Oms", "images", "build.sh");

    /// <summary>Enterprise 3.2.2.</summary>
    public OmsImage Old => All[OldTag];

    /// <summary>Enterprise 4.2.2.</summary>
    public OmsImage New => All[NewTag];

    /// <summary>Archive of <see cref="New"/>, compressed.</summary>
    public string NewArchiveGz =>
        New.ArchiveGz ?? throw new InvalidOperationException($"{NewTag} is not shipped compressed.");

    /// <summary>SHA-256 of <see cref="NewArchiveGz"/>, lower-case hex.</summary>
    public string NewArchiveGzSha256 =>
        New.ArchiveGzSha256 ?? throw new InvalidOperationException($"{NewTag} is not shipped compressed.");

    /// <summary>An image by the end of its tag: <c>3.2.2</c>, <c>3.3.1_ce</c>, <c>4.2.2-without-jar</c>.</summary>
    /// <exception cref="ArgumentException">There is no such image. The message lists all images.</exception>
    public OmsImage Of(string version) =>
        All.GetValueOrDefault($"{Repository}:feature_{version}") ?? throw new ArgumentException(
            $"no stand-in image {version}; there are {string.Join(", ", All.Keys)}", nameof(version));

    /// <summary>Runs <c>images/build.sh</c>: about a minute the first time, then a fraction of a second.</summary>
    /// <param name="script">The path of build.sh; null for <see cref="DefaultScript"/>.</param>
    /// <param name="output">Folder of the archives; null for the cache.</param>
    /// <exception cref="InvalidOperationException">The script failed. The message contains its output.</exception>
    public static async Task<OmsImages> BuildAsync(
        string? script = null, string? output = null, CancellationToken cancellationToken = default)
    {
        script ??= DefaultScript;
        var start = new ProcessStartInfo("bash")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.ArgumentList.Add(script);
        if (output is not null)
        {
            start.ArgumentList.Add(output);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script} ended with exit code {process.ExitCode}: {await errors}");
        }

        return new OmsImages(said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(OmsImage.Parse)
            .ToDictionary(x => x.Tag, StringComparer.Ordinal));
    }
}
