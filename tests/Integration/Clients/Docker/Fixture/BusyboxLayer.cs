using System.Formats.Tar;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A root filesystem of busybox and nothing else, as a tar.</summary>
internal static class BusyboxLayer
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string[] Programs =
    [
        "sh", "cat", "echo", "sleep", "true", "false", "ls", "env", "mkdir", "touch", "kill", "seq", "head", "yes",
        "tr", "printf"
    ];

    public static async Task WriteAsync(Stream target, params (string Path, byte[] Content)[] more)
    {
        await using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var directory in new[] { "bin/", "etc/", "tmp/", "data/" })
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, directory) { Mode = Executable });
        }

        await using (var busybox = File.OpenRead("/bin/busybox"))
        {
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = Executable, DataStream = busybox });
        }

        foreach (var program in Programs)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + program)
            {
                LinkName = "busybox",
                Mode = Executable
            });
        }

        foreach (var (path, content) in more)
        {
            using var data = new MemoryStream(content);
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = Executable, DataStream = data });
        }
    }
}
