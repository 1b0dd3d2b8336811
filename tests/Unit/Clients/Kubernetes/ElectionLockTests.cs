using System.Net.Http.Headers;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using LeaderElectionRecord = k8s.LeaderElection.LeaderElectionRecord;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>One attempt on the lease.</summary>
public sealed class ElectionLockTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private LeaseServer _api = null!;

    public async ValueTask InitializeAsync() => _api = await LeaseServer.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData(10, 5)]
    [InlineData(60, 10)]
    public async Task Contender_waits_half_the_deadline_and_at_most_10_s(int deadline, int limit)
    {
        using var lease = Lock(Electors.Options("a") with
        {
            LeaseDuration = TimeSpan.FromSeconds(deadline + 1),
            RenewDeadline = TimeSpan.FromSeconds(deadline),
        });

        (await IsReadIfAnsweredAfterAsync(lease, limit - 0.1)).ShouldBeTrue();
        (await IsReadIfAnsweredAfterAsync(lease, limit)).ShouldBeFalse();
    }

    [Fact]
    public async Task Leader_waits_half_the_remaining_time_and_at_least_half_a_second()
    {
        using var lease = Lock(Electors.Options("a"));
        (await lease.CreateAsync(Record("a"))).ShouldBeTrue();

        _time.Advance(TimeSpan.FromSeconds(6));
        (await IsReadIfAnsweredAfterAsync(lease, 2)).ShouldBeFalse();
        (await IsReadIfAnsweredAfterAsync(lease, 0.9)).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(0.6));
        (await IsReadIfAnsweredAfterAsync(lease, 0.4)).ShouldBeTrue();
    }

    // An API server that has just come back is slow.
    [Fact]
    public async Task Leader_that_lost_its_lease_waits_as_long_as_any_contender()
    {
        using var lease = Lock(Electors.Options("a"));
        (await lease.CreateAsync(Record("a"))).ShouldBeTrue();
        await lease.GetAsync();

        _time.Advance(TimeSpan.FromSeconds(10));

        (await IsReadIfAnsweredAfterAsync(lease, 4.9)).ShouldBeTrue();
    }

    // All attempts share the object that was read last, so its version would let the write pass.
    [Fact]
    public async Task Write_is_not_sent_after_a_read_that_shows_a_holder()
    {
        _api.Write("{}");
        using var lease = Lock(Electors.Options("a"));
        await lease.GetAsync();
        _api.Hold("c");
        await lease.GetAsync();

        (await lease.UpdateAsync(Record("a"))).ShouldBeFalse();

        _api.Holder.ShouldBe("c");
    }

    [Theory]
    [InlineData(403, 1)]
    [InlineData(404, 0)]
    [InlineData(409, 0)]
    public async Task Refused_write_is_logged_unless_another_one_was_faster(int code, int lines)
    {
        var logs = new WorldLogs();
        _api.Hold("a");
        using var lease = Lock(Electors.Options("a"), logs);
        await lease.GetAsync();
        _api.Http.Then(code, FakeApiServer.Status(code, "Refused", new string('x', 10_000)));

        (await lease.UpdateAsync(Record("a"))).ShouldBeFalse();

        logs.Lines.Count.ShouldBe(lines);
        logs.Lines.ShouldAllBe(line => line.Contains($"answered {code}") && line.Length < 700);
    }

    [Fact]
    public async Task Refused_token_is_renewed_within_the_attempt()
    {
        var tokens = new Tokens();
        string? sent = null;
        _api.Http.Then(401, FakeApiServer.Status(401, "Unauthorized")).Then(context =>
        {
            sent = context.Request.Headers.Authorization;
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync(FakeApiServer.Status(404, "NotFound"));
        });
        using var seen = Lock(Electors.Options("a"), tokens: tokens);

        (await seen.GetAsync()).HolderIdentity.ShouldBeNull("there is no lease, and the second token was accepted");

        (tokens.Renewed, sent).ShouldBe((1, "Bearer t1"));
    }

    [Theory]
    [InlineData(200, 100_000)]
    [InlineData(500, 0)]
    public async Task Error_or_answer_beyond_the_limit_is_a_failed_attempt(int code, int spaces)
    {
        _api.Http.Then(code, "{\"kind\":\"Lease\",\"spec\":{}}" + new string(' ', spaces));
        using var seen = Lock(Electors.Options("a"));

        await Should.ThrowAsync<k8s.Autorest.HttpOperationException>(seen.GetAsync());
    }

    [Fact]
    public void Client_is_disposed_with_its_elector()
    {
        var kubernetes = _api.Connect("a");
        var http = kubernetes.HttpClient;

        new LeaderElector(kubernetes, Electors.Options("a"), _time, NullLoggerFactory.Instance).Dispose();

        Should.Throw<ObjectDisposedException>(http.CancelPendingRequests);
    }

    private ElectionLock Lock(LeaderElectionOptions options, ILogger? logger = null, Tokens? tokens = null) => new(
        _api.Connect(options.Identity, tokens), options, _time, logger ?? NullLogger.Instance, _ => { });

    private LeaderElectionRecord Record(string holder) => new()
    {
        HolderIdentity = holder,
        LeaseDurationSeconds = 15,
        AcquireTime = _time.GetUtcNow().UtcDateTime,
        RenewTime = _time.GetUtcNow().UtcDateTime,
    };

    private async Task<bool> IsReadIfAnsweredAfterAsync(ElectionLock lease, double seconds)
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        _api.Before = (_, _) =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        Task read = lease.GetAsync();
        await asked.Task.Bounded();

        _time.Advance(TimeSpan.FromSeconds(seconds));
        answer.SetResult();

        await read.Bounded().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return read.IsCompletedSuccessfully;
    }

    private sealed class Tokens : IRenewableTokenProvider
    {
        public int Renewed { get; private set; }

        public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(
            CancellationToken cancellationToken) =>
            Task.FromResult(new AuthenticationHeaderValue("Bearer", $"t{Renewed}"));

        public Task RenewAsync(CancellationToken cancellationToken)
        {
            Renewed++;
            return Task.CompletedTask;
        }
    }
}
