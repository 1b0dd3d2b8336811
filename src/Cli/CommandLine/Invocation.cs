using Drydock.Clients.Kubernetes.Configuration;
using Spectre.Console;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Cli.CommandLine;

/// <summary>One run of a verb: the server it speaks to, and where it prints.</summary>
internal sealed class Invocation : IDisposable
{
    // Not kubectl-...: Flux removes what field managers with that beginning have set.
    private static readonly KubernetesClientOptions Options = new()
    {
        FieldManager = "drydock-plugin",
        UserAgent = "kubectl-drydock",
    };

    private readonly IDisposable? _connection;

    public Invocation(Surroundings surroundings, GlobalOptions options, ParseResult parsed)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        var (path, context) = (parsed.GetValue(options.Kubeconfig), parsed.GetValue(options.Context));
        Configuration = path is null && context is null
            ? KubeConfig.BuildDefaultConfig(surroundings.Time)
            : KubeConfig.BuildConfigFromConfigFile(path, context, surroundings.Time);
        var client = new KubernetesClient(
            Configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default), Options, surroundings.Time);
        (Kubernetes, _connection) = (client, client);
        Namespace = parsed.GetValue(options.Namespace) ?? client.DefaultNamespace;
        ConnectionOptions = Given(options.Context, context) + Given(options.Kubeconfig, path);
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

    public Surroundings Surroundings { get; }

    public IAnsiConsole Console { get; }

    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    public k8s.Kubernetes CreatePackageClient() => PackageClient.Create(Configuration, Options);

    public void Dispose() => _connection?.Dispose();

    private static string Given(Option option, string? value) =>
        value is null ? "" : $" {option.Name} {ShellWord.Quote(value)}";
}
