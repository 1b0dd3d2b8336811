using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class CrdSchemaCheckTests : IDisposable
{
    private static readonly string[] Names =
        ["backupsnapshots", "databaserollingupgrades", "omsupgrades", "snapshotrestores"];
    private static readonly string Own = CrdSchema.Number.ToString();

    private readonly ManualTimeProvider _time = new();
    private readonly FakeKubernetes _api;
    private readonly CrdSchemaCheck _check;
    private readonly CancellationTokenSource _stop = new();

    public CrdSchemaCheckTests()
    {
        _api = new FakeKubernetes(WorldJson.Crds, _time);
        _check = new CrdSchemaCheck(_api, _time, NullLogger<CrdSchemaCheck>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task CRDs_of_this_or_a_later_release_end_the_wait(int later)
    {
        _check.Problem.ShouldNotBeNull();
        await InstallAsync(new Version(CrdSchema.Number.Major, CrdSchema.Number.Minor + later, 0).ToString());

        await _check.WaitAsync(Token).Bounded();

        _check.Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, "has no schema number")]
    [InlineData("0.0.9", "has schema 0.0.9")]
    [InlineData("1", "has schema 1")]
    [InlineData("new", "has schema new")]
    public async Task Older_CRD_is_awaited_and_problem_names_numbers_and_command(string? found, string says)
    {
        await InstallAsync(Own);
        await SetAsync("omsupgrades", found);

        var waiting = await WaitsAsync();

        _check.Problem!.ShouldContain($"omsupgrades.drydock.dev {says}, expected is schema {Own} or later");
        _check.Problem!.ShouldContain("`kubectl apply -k config/crd`");
        _check.Problem!.ShouldNotContain("backupsnapshots");

        await SetAsync("omsupgrades", Own);
        _time.Advance(CrdSchemaCheck.Every);
        await waiting.Bounded();
        _check.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Missing_CRD_is_awaited()
    {
        await WaitsAsync();

        _check.Problem!.ShouldContain("snapshotrestores.drydock.dev is not installed");
    }

    [Fact]
    public async Task Refused_read_is_awaited_and_problem_names_the_roles()
    {
        await InstallAsync(Own);
        _api.Before = request => throw new KubernetesForbiddenException(
            request, new V1Status { Code = 403, Reason = "Forbidden", Message = "no" });

        await WaitsAsync();

        _check.Problem!.ShouldContain("`kubectl apply -k config/rbac`");
    }

    [Fact]
    public async Task Unreachable_server_is_awaited()
    {
        await InstallAsync(Own);
        _api.Before = request => throw new KubernetesUnreachableException(request, "refused");

        var waiting = await WaitsAsync();

        _check.Problem!.ShouldContain("refused");
        _api.Before = null;
        _time.Advance(CrdSchemaCheck.Every);
        await waiting.Bounded();
    }

    private async Task<Task> WaitsAsync()
    {
        var waiting = _check.WaitAsync(_stop.Token);
        await _time.WaitForTimerAsync(due => due == CrdSchemaCheck.Every, Token);
        waiting.IsCompleted.ShouldBeFalse();
        return waiting;
    }

    private async Task InstallAsync(string schema)
    {
        foreach (var name in Names)
        {
            await _api.CreateAsync(new CrdMetadata { Metadata = Metadata(name, schema) }, Token);
        }
    }

    private async Task SetAsync(string plural, string? schema)
    {
        var there = await _api.GetAsync<CrdMetadata>($"{plural}.drydock.dev", cancellationToken: Token);
        await _api.UpdateAsync(
            there! with { Metadata = there!.Metadata with { Annotations = Metadata(plural, schema).Annotations } },
            Token);
    }

    private static V1ObjectMeta Metadata(string plural, string? schema) => new()
    {
        Name = $"{plural}.drydock.dev",
        Annotations = schema is null
            ? null
            : new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.Schema] = schema },
    };
}
