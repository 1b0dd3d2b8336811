using System.CommandLine;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
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

    /// <summary>For an API server that is in memory.</summary>
    public Invocation(Surroundings surroundings, IKubernetesClient kubernetes, string @namespace)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        Configuration = new KubernetesClientConfiguration();
        (Kubernetes, Namespace, ConnectionOptions) = (kubernetes, @namespace, "");
    }

    /// <summary>The server and the credentials.</summary>
    public KubernetesClientConfiguration Configuration { get; }

    /// <summary>The API server.</summary>
    public IKubernetesClient Kubernetes { get; }

    /// <summary>The namespace of the objects.</summary>
    public string Namespace { get; }

    /// <summary>
    /// <c>--context</c> and <c>--kubeconfig</c> as the user gave them, each with a blank before it, for commands that
    /// are printed.
    /// </summary>
    public string ConnectionOptions { get; }

    /// <summary>Clock, input and output.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>Where the verb prints.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>The present time.</summary>
    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    /// <summary>The client of the package, for what <see cref="Kubernetes" /> does not have.</summary>
    public k8s.Kubernetes CreatePackageClient() => PackageClient.Create(Configuration, Options);

    public void Dispose() => _connection?.Dispose();

    private static string Given(Option option, string? value) =>
        value is null ? "" : $" {option.Name} {ShellWord.Quote(value)}";
}
