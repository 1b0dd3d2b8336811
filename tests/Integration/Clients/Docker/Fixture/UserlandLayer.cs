using System.Formats.Tar;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>
/// A root filesystem with accounts and directories of its own, whose programs are this machine's: run it with
/// <c>/usr</c> bound. As a tar.
/// </summary>
internal static class UserlandLayer
{
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Uid and gid of the account bigmath.</summary>
    public const int UserId = 7001;

    public static async Task<MemoryStream> MakeAsync()
    {
        var stream = new MemoryStream();
        await using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var directory in new[] { "etc/", "usr/", "proc/", "opt/" })
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, directory) { Mode = Everybody });
            }

            foreach (var open in new[] { "tmp/", "data/" })
            {
                await tar.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.Directory, open) { Mode = Everybody, Uid = UserId, Gid = UserId });
            }

            foreach (var link in new[] { "bin", "sbin", "lib", "lib64" })
            {
                await tar.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.SymbolicLink, link) { LinkName = "usr/" + link, Mode = Everybody });
            }

            await WriteAsync(
                tar, "etc/passwd", $"root:x:0:0::/tmp:/bin/sh\nbigmath:x:{UserId}:{UserId}::/data:/bin/sh\n");
            await WriteAsync(tar, "etc/group", $"root:x:0:\nbigmath:x:{UserId}:\n");
        }

        stream.Position = 0;
        return stream;
    }

    private static async Task WriteAsync(TarWriter tar, string path, string content)
    {
        using var data = new MemoryStream(Encoding.ASCII.GetBytes(content));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            DataStream = data
        });
    }
}
