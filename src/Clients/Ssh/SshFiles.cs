using Drydock.Abstractions.Values;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Ssh;

/// <summary>
/// The files of the ssh program: the key and the known hosts, which are kept in memory, those of the jump host, and,
/// for a shared connection, a private directory with its socket. Disposing removes all of them; a killed process
/// leaves only the directory, without a secret.
/// </summary>
internal sealed class SshFiles : IDisposable
{
    private const int MaxReports = 64 * 1024;

    private readonly SshIdentity _key;
    private readonly MemoryFile _knownHosts;
    private readonly MemoryFile? _log;
    private readonly SshRuntimeDirectory? _directory;

    private SshFiles(
        SshIdentity key, MemoryFile knownHosts, MemoryFile? log, SshFiles? jump, SshRuntimeDirectory? directory) =>
        (_key, _knownHosts, _log, Jump, _directory) = (key, knownHosts, log, jump, directory);

    /// <summary>The private key; of an encrypted one after <see cref="OpenAsync"/>.</summary>
    public string PrivateKey => _key.Path;

    public string KnownHosts => _knownHosts.Path;

    /// <summary>The files for the jump host; null for a direct connection.</summary>
    public SshFiles? Jump { get; }

    /// <summary>Where the program for the jump host writes its reports; null for any other program.</summary>
    public string? Log => _log?.Path;

    /// <summary>
    /// The path of the shared connection; null if each command has its own connection.
    /// </summary>
    public string? Control => _directory is null ? null : Path.Combine(_directory.Path, "c");

    /// <summary>For programs with their own connection.</summary>
    /// <param name="host">The host, for messages.</param>
    /// <param name="material">Key and known hosts.</param>
    /// <param name="jump">The jump host; null for a direct connection.</param>
    /// <exception cref="RemoteException">The files cannot be created.</exception>
    public static SshFiles Write(string host, SshMaterial material, SshJump? jump = null) =>
        Write(host, material, jump, static () => null);

    /// <summary>For programs that share a connection.</summary>
    /// <param name="host">The host, for messages.</param>
    /// <param name="material">Key and known hosts.</param>
    /// <param name="jump">The jump host; null for a direct connection.</param>
    /// <param name="parent">The parent of the private directory; null for the system's temporary directory.</param>
    /// <exception cref="RemoteException">The files cannot be created.</exception>
    public static SshFiles WriteShared(string host, SshMaterial material, SshJump? jump, string? parent) =>
        Write(host, material, jump, () => SshRuntimeDirectory.Create(parent));

    /// <summary>Makes the keys usable; an encrypted one is decrypted at the first call.</summary>
    /// <exception cref="RemoteException">A passphrase is wrong, or a key cannot be read.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _key.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (Jump is not null)
        {
            await Jump.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The place in the reports about the jump host where those of a new connection begin.</summary>
    public long MarkReports()
    {
        if (Jump?._log is not { } log)
        {
            return 0;
        }

        // Every failed connection adds a few lines.
        if (log.Length > MaxReports)
        {
            log.Clear();
        }

        return log.Length;
    }

    /// <summary>The reports about the jump host from a place on; empty without a jump host.</summary>
    public string ReportsAfter(long mark) => Jump?._log?.Read(mark, MaxReports) ?? "";

    /// <summary>The text without the paths of keys and known hosts.</summary>
    public string Hide(string text)
    {
        text = text.Replace(PrivateKey, "(private key)", StringComparison.Ordinal).Replace(
            KnownHosts, "(known hosts)", StringComparison.Ordinal);
        text = Jump is null ? text : Jump.Hide(text);
        return _directory is null
            ? text
            : text.Replace(_directory.Path, "(private directory)", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        _knownHosts.Dispose();
        _log?.Dispose();
        _directory?.Dispose();
        Jump?.Dispose();
    }

    private static SshFiles Write(
        string host,
        SshMaterial material,
        SshJump? jump,
        Func<SshRuntimeDirectory?> directory,
        bool isJump = false)
    {
        SshIdentity? key = null;
        MemoryFile? knownHosts = null;
        MemoryFile? log = null;
        SshFiles? toJump = null;
        try
        {
            key = new SshIdentity(host, material);
            knownHosts = MemoryFile.Create(
                "drydock-known-hosts", SshIdentity.WithLineEnd(material.KnownHosts.Span));
            log = isJump ? MemoryFile.Create("drydock-ssh-log", []) : null;
            toJump = jump is null
                ? null
                : Write($"jump host {jump}", jump.Material, null, static () => null, isJump: true);
            return new SshFiles(key, knownHosts, log, toJump, directory());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key?.Dispose();
            knownHosts?.Dispose();
            log?.Dispose();
            toJump?.Dispose();
            throw new RemoteException(
                host,
                $"{host}: the files of the ssh program cannot be created in the operator: {Sentences.Close(e.Message)}",
                RemoteRefusal.LocalClient,
                innerException: e);
        }
    }
}
