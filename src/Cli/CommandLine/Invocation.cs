using Drydock.Clients.Kubernetes.Configuration;
using Spectre.Console;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Cli.CommandLine;

/// <summary>One run of a verb: the server it speaks to, and where it prints.</summary>
internal sealed class Invocation : IDisposable
{
    public const string OperatorNamespace = "drydock-system";

    // Not kubectl-...: Flux removes what field managers with that beginning have set.
    private static readonly KubernetesClientOptions Options = new()
    {
        FieldManager = "drydock-plugin",
        UserAgent = "kubectl-drydock",
    };

    private static readonly Backoff Pauses = new() { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(9) };

    private readonly KubernetesClientOptions _options = Options;
    private readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private readonly IDisposable? _connection;

    public Invocation(Surroundings surroundings, ParseResult parsed)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        var path = parsed.GetValue<string?>(SharedOptions.Kubeconfig);
        var context = parsed.GetValue<string?>(SharedOptions.Context);
        Configuration = path is null && context is null
            ? KubeConfig.BuildDefaultConfig(surroundings.Time)
            : KubeConfig.BuildConfigFromConfigFile(path, context, surroundings.Time);
        var user = parsed.GetValue<string?>(SharedOptions.ActsAs);
        _options = Options with { ActsAs = user };
        if (parsed.GetValue<TimeSpan?>(SharedOptions.RequestTimeout) is { } limit)
        {
            _patience = limit == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : limit;
            _options = limit == TimeSpan.Zero ? _options : _options with { RequestTimeout = limit };
        }

        var client = new KubernetesClient(
            Configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default), _options, surroundings.Time);
        (Kubernetes, _connection) = (client, client);
        Namespace = parsed.GetValue<string?>(SharedOptions.Namespace) ?? client.DefaultNamespace;
        ConnectionOptions = Given(SharedOptions.Context, context)
            + Given(SharedOptions.Kubeconfig, path)
            + Given(SharedOptions.ActsAs, user);
    }

    public Invocation(Surroundings surroundings, IKubernetesClient kubernetes, string @namespace)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        Configuration = new KubernetesClientConfiguration();
        (Kubernetes, Namespace, ConnectionOptions) = (kubernetes, @namespace, "");
    }

    public KubernetesClientConfiguration Configuration { get; }

    public IKubernetesClient Kubernetes { get; }

    public string Namespace { get; }

    public string ConnectionOptions { get; }

    public string HowToFindOperator =>
        $"See whether it runs: `kubectl -n {OperatorNamespace} get pod,lease{ConnectionOptions}` (with the namespace "
        + "that it was installed in, if that is another).";

    public Surroundings Surroundings { get; }

    public IAnsiConsole Console { get; }

    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    public k8s.Kubernetes CreatePackageClient()
    {
        Configuration.HttpClientTimeout = _patience;
        return PackageClient.Create(Configuration, _options, Surroundings.Time);
    }

    /// <summary>Asks again while the API server is unavailable, as long as --request-timeout allows. A write is sent
    /// again only if it certainly was not carried out, and the limit does not interrupt it.</summary>
    public async Task<T> RetryAsync<T>(
        Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken, bool writes = false)
    {
        using var limit = new CancellationTokenSource(_patience, Surroundings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        KubernetesException? last = null;
        for (var failures = 0; ; failures++)
        {
            try
            {
                if (failures > 0)
                {
                    await Task.Delay(Pauses.Delay(failures - 1), Surroundings.Time, either.Token);
                }

                return await ask(writes ? cancellationToken : either.Token);
            }
            catch (KubernetesException outage)
                when (outage is KubernetesUnreachableException or { IsTransient: true, Request.IsRead: true })
            {
                if (last is null)
                {
                    Surroundings.Errors.WriteLine(
                        $"The API server has been unavailable since {Now:HH:mm:ss}: {outage.Message} "
                        + "The command retries.");
                }

                last = outage;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                throw TooLate(last?.Message);
            }
        }
    }

    /// <summary>Looks within the patience by the client of the package, which does not tell whose answer it
    /// was.</summary>
    public async Task LookAsync(Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_patience, Surroundings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await look(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooLate(null);
        }
        catch (JsonException)
        {
            throw new CliException(
                $"The answer of {Configuration.Host} is not that of a Kubernetes API server. Check the address in the "
                + "kubeconfig, and the proxy if there is one.");
        }
    }

    private CliException TooLate(string? why) => new(
        $"The API server {Configuration.Host} did not answer within {Texts.Duration(_patience.TotalSeconds)} "
        + $"({SharedOptions.RequestTimeout}). {why}".TrimEnd());

    public void Dispose() => _connection?.Dispose();

    private static string Given(string option, string? value) =>
        value is null ? "" : $" {option} {ShellWord.Quote(value)}";
}
