using k8s.Authentication;
using k8s.KubeConfigModels;
using ExecStatus = k8s.KubeConfigModels.ExecCredentialResponse.ExecStatus;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Runs a credential plugin and keeps its credential until shortly before it expires, or until the server
/// refuses it. The package's provider joins the arguments to one string, writes the plugin's stderr to the operator's,
/// passes no cluster, keeps a refused token, and never renews a client certificate.</summary>
/// <param name="info">What the plugin is told: an ExecCredential (client.authentication.k8s.io) in JSON.</param>
internal sealed class ExecPlugin(
    ExternalExecution plugin, string info, TimeProvider time) : IRenewableTokenProvider, IDisposable
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ExecStatus? _credential;
    private int _runs;

    public X509Certificate2? ClientCertificate { get; private set; }

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
        await CurrentAsync(refused: false, cancellationToken) is { Token: { } token }
            ? new AuthenticationHeaderValue("Bearer", token)
            : null!;

    public Task RenewAsync(CancellationToken cancellationToken) => CurrentAsync(refused: true, cancellationToken);

    private async Task<ExecStatus> CurrentAsync(bool refused, CancellationToken cancellationToken)
    {
        var runsSeen = Volatile.Read(ref _runs);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var expired = _credential?.ExpirationTimestamp is { } expires
                && time.GetUtcNow() + RenewBefore >= new DateTimeOffset(expires);

            // Many requests may be refused at once; the first of them runs the plugin for all.
            if (_credential is null || expired || (refused && _runs == runsSeen))
            {
                var status = await RunAsync(cancellationToken);
                ClientCertificate = Certificate(status);
                _credential = status;
                Volatile.Write(ref _runs, _runs + 1);
            }

            return _credential;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ExecStatus> RunAsync(CancellationToken cancellationToken)
    {
        using var process = Start();
        using var limit = new CancellationTokenSource(RunLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Its stderr is drained and discarded, because it may quote a secret.
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, both.Token);
            var output = await process.StandardOutput.ReadToEndAsync(both.Token);
            await errors;
            await process.WaitForExitAsync(both.Token);
            return process.ExitCode == 0
                ? Parse(output)
                : throw Broken($"ended with exit code {process.ExitCode}. Run it manually to see its output");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Broken($"did not end within {RunLimit.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments ?? [])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var variable in plugin.EnvironmentVariables ?? [])
        {
            start.Environment[variable["name"]] = variable.GetValueOrDefault("value", "");
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = info;
        try
        {
            var process = Process.Start(start) ?? throw Broken("was not started");
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw Broken($"cannot be started ({e.Message.TrimEnd('.')}). {plugin.InstallHint}".TrimEnd().TrimEnd('.'));
        }
    }

    private ExecStatus Parse(string output)
    {
        ExecCredentialResponse? credential;
        try
        {
            credential = JsonSerializer.Deserialize(output, ExecCredentialContext.Default.ExecCredentialResponse);
        }
        catch (JsonException)
        {
            throw Broken("printed something that is not an ExecCredential in JSON");
        }

        if (credential?.ApiVersion != plugin.ApiVersion)
        {
            throw Broken(
                $"printed apiVersion '{credential?.ApiVersion}', expected '{plugin.ApiVersion}' as in the kubeconfig");
        }

        return credential.Status is { } status && (status.Token is not null || status.ClientCertificateData is not null)
            ? status
            : throw Broken("printed neither status.token nor status.clientCertificateData");
    }

    private X509Certificate2? Certificate(ExecStatus status)
    {
        if (status.ClientCertificateData is null)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(status.ClientCertificateData, status.ClientKeyData);
        }
        catch (CryptographicException)
        {
            throw Broken("printed a client certificate and key that are not PEM or do not belong together");
        }
    }

    private KubernetesConfigurationException Broken(string what) =>
        new($"The credential plugin '{plugin.Command}' of the kubeconfig {what}.");
}

/// <summary>A token that the server may refuse before it expires. The token providers of the package know only its
/// expiry.</summary>
public interface IRenewableTokenProvider : ITokenProvider
{
    /// <summary>Called after the server refused the last token: the cache must not be used.</summary>
    /// <exception cref="Errors.KubernetesConfigurationException">No token is available.</exception>
    Task RenewAsync(CancellationToken cancellationToken);
}

/// <summary>Source-generated JSON of the package's model, which reads it by reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredentialResponse))]
internal sealed partial class ExecCredentialContext : JsonSerializerContext;
