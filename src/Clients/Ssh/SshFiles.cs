using Drydock.Abstractions.Values;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Ssh;

/// <summary>
/// The files of the ssh program: the key and the known hosts, which are kept in memory, and, for a shared connection, a
/// private directory with its socket. Disposing removes all of them; a killed process leaves only the directory,
/// without a secret.
/// </summary>
internal sealed class SshFiles : IDisposable
{
    private readonly MemoryFile _key;
    private readonly MemoryFile _knownHosts;
    private readonly SshRuntimeDirectory? _directory;

    private SshFiles(MemoryFile key, MemoryFile knownHosts, SshRuntimeDirectory? directory) =>
        (_key, _knownHosts, _directory) = (key, knownHosts, directory);

    public string PrivateKey => _key.Path;

    public string KnownHosts => _knownHosts.Path;

    /// <summary>
    /// The path of the shared connection; null if each command has its own connection.
    /// </summary>
    public string? Control => _directory is null ? null : Path.Combine(_directory.Path, "c");

    /// <summary>For programs with their own connection.</summary>
    /// <exception cref="RemoteException">The files cannot be created.</exception>
    public static SshFiles Write(string host, SshMaterial material) => Write(host, material, static () => null);

    /// <summary>For programs that share a connection.</summary>
    /// <param name="host">The host, for messages.</param>
    /// <param name="material">Key and known hosts.</param>
    /// <param name="parent">The parent of the private directory; null for the system's temporary directory.</param>
    /// <exception cref="RemoteException">The files cannot be created.</exception>
    public static SshFiles WriteShared(string host, SshMaterial material, string? parent) =>
        Write(host, material, () => SshRuntimeDirectory.Create(parent));

    /// <summary>The text without the paths of key and known hosts.</summary>
    public string Hide(string text)
    {
        text = text.Replace(PrivateKey, "(private key)", StringComparison.Ordinal).Replace(
            KnownHosts, "(known hosts)", StringComparison.Ordinal);
        return _directory is null
            ? text
            : text.Replace(_directory.Path, "(private directory)", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        _knownHosts.Dispose();
        _directory?.Dispose();
    }

    private static SshFiles Write(string host, SshMaterial material, Func<SshRuntimeDirectory?> directory)
    {
        MemoryFile? key = null;
        MemoryFile? knownHosts = null;
        try
        {
            key = MemoryFile.Create("drydock-ssh-key", WithLineEnd(material.PrivateKey.Span));
            knownHosts = MemoryFile.Create("drydock-known-hosts", WithLineEnd(material.KnownHosts.Span));
            return new SshFiles(key, knownHosts, directory());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key?.Dispose();
            knownHosts?.Dispose();
            throw new RemoteException(
                host,
                $"{host}: the files of the ssh program cannot be created in the operator: {Sentences.Close(e.Message)}",
                RemoteRefusal.LocalClient,
                innerException: e);
        }
    }

    // OpenSSH rejects a key without a final line feed; Secrets often lose it.
    private static ReadOnlySpan<byte> WithLineEnd(ReadOnlySpan<byte> content) =>
        content.Length > 0 && content[^1] != (byte)'\n' ? (byte[])[.. content, (byte)'\n'] : content;
}
