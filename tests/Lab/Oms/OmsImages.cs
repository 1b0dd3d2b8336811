using System.Diagnostics;

namespace Drydock.Lab.Oms;

/// <summary>The stand-in images, as archives for <c>docker load</c>.</summary>
/// <param name="OldArchive">registry.example/oms:feature_3.2.2.</param>
/// <param name="NewArchive">registry.example/oms:feature_4.2.2.</param>
/// <param name="NewArchiveGz">The same, compressed, as vendors ship it.</param>
/// <param name="NewArchiveGzSha256">SHA-256 of <paramref name="NewArchiveGz"/>, lower-case hex.</param>
/// <param name="NewWithoutJarArchive">registry.example/oms:feature_4.2.2-without-jar, where the correction JAR is missing.</param>
/// <param name="OldId">Image id with <c>sha256:</c>.</param>
/// <param name="NewId">Image id with <c>sha256:</c>.</param>
/// <param name="NewWithoutJarId">Image id with <c>sha256:</c>.</param>
public sealed record OmsImages(string OldArchive, string NewArchive, string NewArchiveGz, string NewArchiveGzSha256, string NewWithoutJarArchive, string OldId, string NewId, string NewWithoutJarId)
{
    /// <summary>The tag of the old image.</summary>
    public const string OldTag = "registry.example/oms:feature_3.2.2";

    /// <summary>The tag of the new image.</summary>
    public const string NewTag = "registry.example/oms:feature_4.2.2";

    /// <summary>The tag of the new image without the JAR.</summary>
    public const string NewWithoutJarTag = "registry.example/oms:feature_4.2.2-without-jar";

    /// <summary>The correction JAR inside the new image.</summary>
    public const string JarPath = "/root/correction-1.0-SNAPSHOT-jar-with-dependencies.jar";

    /// <summary>Where build.sh lies beside the lab's assembly.</summary>
    public static string DefaultScript { get; } = Path.Combine(AppContext.BaseDirectory, "Oms", "images", "build.sh");

    /// <summary>Runs <c>images/build.sh</c>: about a minute the first time, then a fraction of a second.</summary>
    /// <param name="script">The path of build.sh; null is <see cref="DefaultScript"/>.</param>
    /// <param name="output">Where the archives go; null is the cache.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it said.</exception>
    public static async Task<OmsImages> BuildAsync(string? script = null, string? output = null, CancellationToken cancellationToken = default)
    {
        script ??= DefaultScript;
        var start = new ProcessStartInfo("bash") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
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
            throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {await errors}");
        }

        var values = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split('=', 2)).ToDictionary(x => x[0], x => x[1], StringComparer.Ordinal);
        return new OmsImages(
            values["OLD_ARCHIVE"], values["NEW_ARCHIVE"], values["NEW_ARCHIVE_GZ"], values["NEW_ARCHIVE_GZ_SHA256"], values["NEW_WITHOUT_JAR_ARCHIVE"],
            values["OLD_ID"], values["NEW_ID"], values["NEW_WITHOUT_JAR_ID"]);
    }
}
