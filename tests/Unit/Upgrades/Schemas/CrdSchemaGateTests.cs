using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class CrdSchemaGateTests : IDisposable
{
    private static readonly string[] Names = ["backupsnapshots", "databaserollingupgrades", "omsupgrades", "snapshotrestores"];

    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryApi _api;
    private readonly CrdSchemaGate _gate;
    private readonly CancellationTokenSource _stop = new();

    public CrdSchemaGateTests()
    {
        _api = new InMemoryApi(WorldJson.Crds, _time);
        _gate = new CrdSchemaGate(_api, _time, NullLogger<CrdSchemaGate>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Gate_blocks_leadership_before_its_first_check()
    {
        _gate.Problem.ShouldNotBeNull();
        await InstallAsync(CrdSchema.Version);
        (await _gate.CheckAsync(Token)).ShouldBeTrue();
        _gate.Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, "has no schema number")]
    [InlineData("0", "has schema 0")]
    [InlineData("one", "has schema one")]
    [InlineData("-1", "has schema -1")]
    public async Task Older_CRD_blocks_leadership_and_problem_names_the_command(string? found, string says)
    {
        await InstallAsync(CrdSchema.Version);
        await SetAsync("omsupgrades", found);

        (await _gate.CheckAsync(Token)).ShouldBeFalse();

        _gate.Problem!.ShouldContain($"omsupgrades.drydock.dev {says}");
        _gate.Problem!.ShouldContain("`kubectl apply -k config/crd`");
        _gate.Problem!.ShouldNotContain("backupsnapshots");
    }

    [Fact]
    public async Task Missing_CRD_blocks_leadership()
    {
        (await _gate.CheckAsync(Token)).ShouldBeFalse();
        _gate.Problem!.ShouldContain("snapshotrestores.drydock.dev is not installed");
    }

    [Fact]
    public async Task Newer_CRD_allows_leadership()
    {
        await InstallAsync(CrdSchema.Version + 7);
        (await _gate.CheckAsync(Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Refused_read_blocks_leadership_and_names_the_roles()
    {
        await InstallAsync(CrdSchema.Version);
        (await _gate.CheckAsync(Token)).ShouldBeTrue();
        _api.Before = request => throw new KubernetesForbiddenException(request, new V1Status { Code = 403, Reason = "Forbidden", Message = "no" });

        (await _gate.CheckAsync(Token)).ShouldBeFalse();

        _gate.Problem!.ShouldContain("`kubectl apply -k config/rbac`");
    }

    [Fact]
    public async Task Unreachable_server_keeps_the_former_result()
    {
        _api.Before = request => throw new KubernetesUnreachableException(request, "refused");
        (await _gate.CheckAsync(Token)).ShouldBeFalse();

        _api.Before = null;
        await InstallAsync(CrdSchema.Version);
        (await _gate.CheckAsync(Token)).ShouldBeTrue();

        _api.Before = request => throw new KubernetesUnreachableException(request, "refused");
        (await _gate.CheckAsync(Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Outdated_CRD_ends_leadership_and_updated_one_restores_it()
    {
        await InstallAsync(CrdSchema.Version - 1);
        var terms = 0;
        var begun = new SemaphoreSlim(0);
        var ended = new SemaphoreSlim(0);
        var running = _gate.RunAsync(
            async term =>
            {
                terms++;
                begun.Release();
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ended.Release();
                term.ThrowIfCancellationRequested();
            },
            _stop.Token);
        await _time.WaitForTimerAsync(due => due == CrdSchemaGate.EveryWhileOutdated, Token);
        terms.ShouldBe(0);

        foreach (var name in Names)
        {
            await SetAsync(name, "1");
        }

        _time.Advance(CrdSchemaGate.EveryWhileOutdated);
        await begun.WaitAsync(Token).Bounded();
        await _time.WaitForTimerAsync(due => due == CrdSchemaGate.Every, Token);
        await SetAsync("snapshotrestores", "0");
        _time.Advance(CrdSchemaGate.Every);
        await ended.WaitAsync(Token).Bounded();
        await _time.WaitForTimerAsync(due => due == CrdSchemaGate.EveryWhileOutdated, Token);
        await SetAsync("snapshotrestores", "1");
        _time.Advance(CrdSchemaGate.EveryWhileOutdated);
        await begun.WaitAsync(Token).Bounded();

        terms.ShouldBe(2);
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running.Bounded());
    }

    [Fact]
    public async Task Completed_contention_ends_the_gate()
    {
        await InstallAsync(CrdSchema.Version);
        await _gate.RunAsync(_ => Task.CompletedTask, _stop.Token).Bounded();
    }

    private async Task InstallAsync(int schema)
    {
        foreach (var name in Names)
        {
            await _api.CreateAsync(new V1CustomResourceDefinition { Metadata = Metadata(name, schema.ToString(System.Globalization.CultureInfo.InvariantCulture)) }, Token);
        }
    }

    private async Task SetAsync(string plural, string? schema)
    {
        var there = await _api.GetAsync<V1CustomResourceDefinition>($"{plural}.drydock.dev", cancellationToken: Token);
        await _api.UpdateAsync(there! with { Metadata = there!.Metadata with { Annotations = Metadata(plural, schema).Annotations } }, Token);
    }

    private static V1ObjectMeta Metadata(string plural, string? schema) => new()
    {
        Name = $"{plural}.drydock.dev",
        Annotations = schema is null ? [] : new(StringComparer.Ordinal) { [Annotations.Schema] = schema },
    };
}
