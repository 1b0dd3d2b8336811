using Drydock.Cli.CommandLine;
using Drydock.Cli.Manifests;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Json;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>A verb with an API server in memory.</summary>
internal sealed class MemoryCluster : IDisposable
{
    public const string Namespace = "oms";

    private const string Manifest =
        "apiVersion: drydock.dev/v1alpha1\nkind: OmsUpgrade\nmetadata: {name: night}\nspec: {fromVersion: 3.2.2, "
        + "toVersion: 4.2.2, image: oms, backup: {storage: {directory: {path: /snapshots}}}}\n";

    public MemoryCluster(TimeProvider? time = null)
    {
        Time = time ?? new InstantTime();
        Api = new FakeKubernetes(KubernetesJson.CreateOptions(CrdsJsonContext.Default), Time);
        Invocation = new Invocation(CliRuns.Plain(Output) with { Time = Time }, Api, Namespace);
    }

    public TimeProvider Time { get; }

    public FakeKubernetes Api { get; }

    public StringWriter Output { get; } = new();

    public Invocation Invocation { get; }

    public string Text => Output.ToString();

    /// <summary>What <c>check</c> creates.</summary>
    public static TrialManifest Trial() => TrialManifest.Read(Manifest, "up.yaml", Namespace);

    /// <summary>An upgrade with a status.</summary>
    public async Task<Run> CreateAsync(OmsUpgradeStatus status)
    {
        var created = await Api.CreateAsync((OmsUpgrade)Trial().Entity);
        return ShownKind.Read(await WriteAsync(created, status))!;
    }

    /// <summary>Changes the status.</summary>
    public async Task<OmsUpgrade> WriteAsync(OmsUpgrade upgrade, OmsUpgradeStatus status) =>
        await Api.UpdateStatusAsync(
            (await Api.GetAsync<OmsUpgrade>(upgrade.Metadata.Name, Namespace))! with { Status = status });

    /// <summary>The next requests of a verb fail, as while the API server restarts.</summary>
    public void FailNext(string verb, int times, Func<KubernetesRequest, Exception> failure) => Api.Before = request =>
        request.Verb == verb && times-- > 0 ? throw failure(request) : Task.CompletedTask;

    public static Exception Unreachable(KubernetesRequest request) =>
        new KubernetesUnreachableException(request, "Connection refused.");

    public static Exception Unavailable(KubernetesRequest request) =>
        new KubernetesApiException(
            request,
            new V1Status { Code = 503, Reason = "ServiceUnavailable", Message = "apiserver is shutting down" });

    public static Exception Forbidden(KubernetesRequest request) =>
        new KubernetesForbiddenException(
            request,
            new V1Status { Code = 403, Reason = "Forbidden", Message = $"User \"u\" cannot {request.Verb} resource" });

    public void Dispose()
    {
        Invocation.Dispose();
        Output.Dispose();
    }
}
