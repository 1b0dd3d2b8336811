using Drydock.Clients.Ssh;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts.Channel;

/// <summary>The way to one host, opened when it is needed and shared by all that is asked there.</summary>
internal sealed class HostChannel : IAsyncDisposable
{
    // sshd lets ten sessions share a connection (MaxSessions); two are left to others.
    private const int MostAtOnce = 8;

    private readonly HostAccess _access;
    private readonly SshMaterial? _material;
    private readonly DatabaseHostServices _services;
    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);
    private readonly Lock _gate = new();
    private ISshClient? _client;
    private bool _disposed;
    private volatile bool _looksThroughSudo;

    public HostChannel(string host, HostAccess access, SshMaterial? material, DatabaseHostServices services) =>
        (Host, _access, _material, _services) = (host, access, material, services);

    /// <summary>The host, as the spec names it.</summary>
    public string Host { get; }

    /// <summary>Who logs in.</summary>
    public string User => _access.User;

    /// <summary>Whether commands may go through sudo.</summary>
    public bool MayBecome => _access.Become == Become.Sudo;

    /// <summary>Checksums of the host's files.</summary>
    public ProgramSums Sums { get; } = new();

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public async Task<SshResult> RunAsync(SshCommand command, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await Client().RunAsync(command, cancellationToken);
        }
        catch (SshException exception)
        {
            throw HostErrors.Of(Host, exception);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Brings a file there.</summary>
    /// <exception cref="HostException">It did not arrive.</exception>
    public async Task UploadAsync(SshFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            await Client().UploadAsync(file, open, progress, cancellationToken);
        }
        catch (SshException exception)
        {
            throw HostErrors.Of(Host, exception);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Runs a script that only looks, in one command.</summary>
    /// <exception cref="HostException">It refused, or did not come to its end.</exception>
    public async Task<ScriptAnswer> LookAsync(string script, string what, Privilege privilege, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        (await ScriptAsync(HostScripts.Looking(script), what, privilege, arguments, default, cancellationToken)).Answer;

    /// <summary>Runs a script that changes something. <c>Sudo</c> is whether it went through sudo.</summary>
    /// <exception cref="HostException">It refused, or did not come to its end.</exception>
    public async Task<(ScriptAnswer Answer, bool Sudo)> ActAsync(
        string script, string what, Privilege privilege, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        _services.Fence?.EnsureMayAct();
        return await ScriptAsync(HostScripts.ForActing(script), what, privilege, arguments, input, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        ISshClient? client;
        lock (_gate)
        {
            (_disposed, client) = (true, _client);
        }

        if (client is not null)
        {
            await client.DisposeAsync();
        }

        _places.Dispose();
    }

    private async Task<(ScriptAnswer Answer, bool Sudo)> ScriptAsync(
        string text, string what, Privilege privilege, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        var sudo = MayBecome && (privilege == Privilege.Control || (privilege == Privilege.Look && _looksThroughSudo));
        while (true)
        {
            using var content = new MemoryStream(input.ToArray(), writable: false);
            var result = await RunAsync(SshCommand.Script(text, arguments) with { Sudo = sudo, Input = content }, cancellationToken);
            try
            {
                return (ScriptAnswer.Read(Host, what, result), sudo);
            }
            catch (ScriptRefusal refusal) when (refusal.Code == ScriptAnswer.Privileges && privilege is Privilege.WhenNeeded or Privilege.Look && MayBecome && !sudo)
            {
                sudo = true;
                _looksThroughSudo |= privilege == Privilege.Look;
            }
            catch (ScriptRefusal refusal)
            {
                throw HostErrors.Of(Host, what, User, refusal);
            }
        }
    }

    private ISshClient Client()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _client ??= _services.Connect(
                new SshEndpoint(Host, _access.User, _access.Port),
                _material ?? throw new HostException(Host, Reasons.SecretMissing, $"{Host}: there is no usable key or known_hosts; see the Secrets of spec.access.keySecretRef and spec.access.knownHostsSecretRef", retryable: false));
        }
    }
}
