using System.Text.Json.Nodes;
using Drydock.Abstractions.Entities;
using Drydock.Cli.Dashboard;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.OmsUpgrades;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;
using RunAddress = Drydock.Cli.Runs.RunAddress;
using RunKind = Drydock.Cli.Runs.RunKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What the dashboard sends to a page while the API server fails, is silent or is busy.</summary>
public sealed class FeedTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly StubApi _api = new();
    private readonly RunFeeds _feeds;
    private IAsyncEnumerator<ServerEvent>? _events;

    public FeedTests() => _feeds = new RunFeeds(_api, scope: null, "own", _time);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_events is not null)
        {
            await _events.DisposeAsync();
        }

        _end.Dispose();
    }

    [Fact]
    public async Task List_ends_when_one_kind_has_a_defect()
    {
        _api.OtherList = () => throw new InvalidOperationException("a defect");
        _events = _feeds.ListAsync(_end.Token).GetAsyncEnumerator(_end.Token);

        var next = _events.MoveNextAsync().AsTask();
        await Should.ThrowAsync<InvalidOperationException>(async () => await PassAsync(next));
    }

    [Fact]
    public async Task Unreadable_object_does_not_hide_the_others()
    {
        _api.List = options => options is { TolerateUnreadable: true }
            ? new([Upgrade("up", "Backup")], "1", [new UnreadableObject("own", "newer", "2", "'Sideways' is not a mode")])
            : throw new KubernetesUnreadableObjectException(Request, new UnreadableObject("own", "newer", "2", "no"));
        _events = _feeds.ListAsync(_end.Token).GetAsyncEnumerator(_end.Token);

        var list = await NextAsync(ServerEvent.Runs);
        ((string)list["runs"]!.AsArray().ShouldHaveSingleItem()!["name"]!).ShouldBe("up");
        ((string)list["problems"]!.AsArray().ShouldHaveSingleItem()!).ShouldBe(
            "OmsUpgrade own/newer is not shown, because this plugin cannot read it: 'Sideways' is not a mode. Use the plugin of the operator's version.");
    }

    [Fact]
    public async Task Commands_of_a_run_name_the_cluster_of_the_page()
    {
        _api.Read = () => Upgrade("up", "Backup");
        var feeds = new RunFeeds(_api, scope: null, "own", _time) { Address = new RunAddress(" --context rehearsal", HasKind: false) };
        _events = feeds.FollowAsync(Kind, "own", "up", _end.Token).GetAsyncEnumerator(_end.Token);

        var page = (await NextAsync(ServerEvent.Run)).ToJsonString();

        page.ShouldContain("kubectl drydock pause up -n own --context rehearsal");
    }

    [Fact]
    public async Task Change_that_cannot_be_read_is_a_problem()
    {
        _api.Read = () => Upgrade("up", "Backup");
        _events = _feeds.FollowAsync(Kind, "own", "up", _end.Token).GetAsyncEnumerator(_end.Token);
        await NextAsync(ServerEvent.Run);

        var unreadable = new UnreadableObject("own", "up", "2", "'Sideways' is not a mode");
        _api.Read = () => throw new KubernetesUnreadableObjectException(Request, unreadable);
        _api.Changes.Writer.TryWrite([new(WatchEventType.Modified, "2", null, unreadable)]);
        ((string)(await NextAsync(ServerEvent.Problem))["message"]!).ShouldContain("'Sideways' is not a mode");
    }

    [Fact]
    public async Task Missing_right_is_followed_by_the_own_namespace_immediately()
    {
        var refused = new KubernetesForbiddenException(Request, new() { Message = "no" });
        _api.List = _ => _api.Drained.Task.IsCompleted ? new([Upgrade("up", "Backup")], "1", []) : Refuse();
        _events = _feeds.ListAsync(_end.Token).GetAsyncEnumerator(_end.Token);

        var began = _time.GetUtcNow();
        var list = await NextAsync(ServerEvent.Runs);
        (_time.GetUtcNow() - began).ShouldBe(LiveFeed.Together);
        ((string)list["problems"]![0]!).ShouldStartWith("Only namespace own is shown for omsupgrades.");

        KubernetesList<OmsUpgrade> Refuse()
        {
            _api.Drained.TrySetResult();
            throw refused;
        }
    }

    [Fact]
    public async Task Burst_of_changes_is_sent_as_one()
    {
        _api.Read = () => Upgrade("up", "Backup");
        _events = Live(token => _feeds.FollowAsync(Kind, "own", "up", token));
        await NextAsync(ServerEvent.Run);

        await _api.Drained.Task.Bounded();
        _api.Drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.Changes.Writer.TryWrite([.. Enumerable.Range(0, 100).Select(i => new WatchEvent<OmsUpgrade>(WatchEventType.Modified, $"{i}", Upgrade("up", $"P{i}")))]);

        await _api.Drained.Task.Bounded();
        var run = await NextAsync(ServerEvent.Run);
        ((string)run["run"]!["phase"]!).ShouldBe("P99");
    }

    [Fact]
    public async Task Silent_api_server_is_told_and_the_watch_begins_again()
    {
        _api.Read = () => Upgrade("up", "Backup");
        _api.Version = async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return "";
        };
        _events = Live(token => _feeds.FollowAsync(Kind, "own", "up", token));
        await NextAsync(ServerEvent.Run);
        await NextAsync(ServerEvent.Unreachable);

        _api.Read = () => Upgrade("up", "StartNew");
        _api.Version = _ => Task.FromResult("v1.30.0");
        ((string)(await NextAsync(ServerEvent.Run))["run"]!["phase"]!).ShouldBe("StartNew");
    }

    private static RunKind Kind => RunKind.All[0];

    private static KubernetesRequest Request => new("get", "drydock.dev", "omsupgrades", "own", "up");

    private static OmsUpgrade Upgrade(string name, string phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "own", ResourceVersion = "1" },
        Spec = new OmsUpgradeSpec(),
        Status = new OmsUpgradeStatus { Phase = phase },
    };

    private IAsyncEnumerator<ServerEvent> Live(Func<CancellationToken, IAsyncEnumerable<ServerEvent>> feed) =>
        new LiveFeed(_api, _time).FollowAsync(feed, _end.Token).GetAsyncEnumerator(_end.Token);

    private async Task<JsonNode> NextAsync(string name)
    {
        while (true)
        {
            (await PassAsync(_events!.MoveNextAsync().AsTask())).ShouldBeTrue();
            if (_events!.Current.Name == name)
            {
                return JsonNode.Parse(_events.Current.Data)!;
            }
        }
    }

    // Lets time pass from timer to timer until the event is there.
    private async Task<T> PassAsync<T>(Task<T> wanted)
    {
        while (!wanted.IsCompleted)
        {
            var timer = _time.WaitForTimerAsync(_ => true, _end.Token);
            await Task.WhenAny(wanted, timer).Bounded();
            if (!wanted.IsCompleted && _time.NextTimer is { } next)
            {
                _time.Advance(next);
            }
        }

        return await wanted;
    }
}
