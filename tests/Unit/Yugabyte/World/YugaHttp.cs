using System.Globalization;
using System.Text.Json;
using Drydock.Crds.Common;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Access;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Api;

namespace Drydock.Tests.Unit.Yugabyte.World;

/// <summary>The HTTP interfaces of the universe, with their quirks: masters that do not lead pass questions on, and answer 200 and HTML where they cannot.</summary>
internal sealed class YugaHttp(YugaWorld world, YugaLife? life = null) : IServiceHttp
{
    private const string Html = "<h1>Unable to locate leader master to redirect this request: /api/v1</h1>";

    public string Scheme => "http";

    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
        life is { IsDead: true } ? new TaskCompletionSource<ServiceAnswer>().Task : Task.FromResult(Answer(new ServiceAddress(host, port), path));

    public Task<ServiceAnswer> SendAsync(HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
        throw new NotSupportedException("nothing is sent to a universe");

    public void Dispose()
    {
    }

    private ServiceAnswer Answer(ServiceAddress address, string path)
    {
        if (world.Answers.TryGetValue($"{address}{path}", out var given) || world.Answers.TryGetValue(path, out given))
        {
            return new ServiceAnswer(given.Status, "text/plain", given.Body);
        }

        if (address.Host == YugaWorld.PeerHost)
        {
            return Json(Peer(path));
        }

        var server = world.Servers.Find(s => s.Web == address);
        if (server is not { IsUp: true, IsSilent: false })
        {
            throw new ServiceException(Reasons.HostUnreachable, $"http://{address}{path}: connection refused", isNotTaken: true);
        }

        var call = path.Replace("/api/v1/", "", StringComparison.Ordinal);
        return call switch
        {
            "version" => Json(Version(server.Running!)),
            "varz" => Json(Flags()),
            _ => server.IsMaster ? Master(server, call) : Tserver(server, path, call),
        };
    }

    private ServiceAnswer Master(YugaServer server, string call)
    {
        var leads = world.Leader == server;
        if (call == "is-leader")
        {
            return leads ? Json("""{"STATUS":"OK"}""") : new ServiceAnswer(503, null, "{");
        }

        if (call == "masters")
        {
            return Json(Masters());
        }

        return world.Leader is null ? new ServiceAnswer(200, "text/html", Html) : call switch
        {
            "tablet-servers" => Json(Tservers()),
            "health-check" => Json($$$"""{"dead_nodes":{{{Texts(Dead())}}},"most_recent_uptime":18446744073709551615,"under_replicated_tablets":{{{Texts(world.UnderReplicatedTablets)}}}}"""),
            "tablet-replication" => Json($$$"""{"leaderless_tablets":[{{{string.Join(',', world.LeaderlessTablets.Select(t => $$$"""{"table_uuid":"t","tablet_uuid":"{{{t}}}","reason":"none"}"""))}}}]}"""),
            "tablet-under-replication" => Json("""{"underreplicated_tablets":[]}"""),
            "cluster-config" => Json(Config()),
            _ => new ServiceAnswer(404, "text/html", "<h1>not found</h1>"),
        };
    }

    private ServiceAnswer Tserver(YugaServer server, string path, string call) => call switch
    {
        "health-check" => Json("""{"failed_tablets":[]}"""),
        "tablets" => Json($$$"""{"tablet1":{"state":"{{{(world.IsReady(server) ? "RUNNING" : "BOOTSTRAPPING")}}}","table_name":"t"},"tablet2":{"state":"RUNNING"}}"""),
        _ when path == "/metrics?metrics=follower_lag_ms" => Json($$$"""[{"type":"tablet","id":"tablet1","metrics":[{"name":"follower_lag_ms","value":{{{(world.HasCaughtUp(server) ? 40 : 90000)}}}}]},{"type":"tablet","id":"tablet2","metrics":[]}]"""),
        _ => new ServiceAnswer(404, "text/html", "<h1>not found</h1>"),
    };

    private string Masters() => $$$"""
        {"masters":[{{{string.Join(',', world.Masters.Select(m => m.IsUp
            ? $$$"""{"instance_id":{"permanent_uuid":"{{{m.Uuid}}}","instance_seqno":1,"start_time_us":{{{(m.StartedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}}}},"registration":{"private_rpc_addresses":[{"host":"{{{m.Host}}}","port":{{{m.Rpc.Port}}}}],"http_addresses":[{"host":"{{{m.Host}}}","port":{{{m.Web.Port}}}}]},"role":"{{{(world.Leader == m ? "LEADER" : "FOLLOWER")}}}"}"""
            : $$$"""{"error":{"code":"NETWORK_ERROR","message":"Unable to get registration information for peer ([{{{m.Rpc}}}])"}}"""))}}}]}
        """;

    private string Tservers() => "{\"placement-1\":{" + string.Join(',', world.Tservers.Select(t => string.Create(CultureInfo.InvariantCulture, $$$"""
        "{{{t.Web}}}":{"time_since_hb":"0.5s","time_since_hb_sec":{{{(t.IsUp ? 0.5 : (world.Time.GetUtcNow() - t.StoppedAt).TotalSeconds)}}},"status":"{{{(world.CountsAsAlive(t) ? "ALIVE" : "DEAD")}}}","uptime_seconds":{{{(t.IsUp ? (long)(world.Time.GetUtcNow() - t.StartedAt).TotalSeconds : 0)}}},"user_tablets_total":10,"user_tablets_leaders":{{{t.Leaders}}},"system_tablets_total":2,"system_tablets_leaders":0,"active_tablets":12,"permanent_uuid":"{{{t.Uuid}}}"}
        """))) + "}}";

    private string Config()
    {
        var groups = world.Groups.Where(g => g.IsHere).ToList();
        return $$$"""
            {"version":7,"cluster_uuid":"universe-1","replication_info":{"live_replicas":{"num_replicas":{{{world.Setup.Replicas}}}}}
            {{{(world.LeaderBlacklist.Count == 0 ? "" : $$$""","leader_blacklist":{"hosts":[{{{Hosts(world.LeaderBlacklist)}}}],"initial_leader_load":3}""")}}}
            {{{(world.ServerBlacklist.Count == 0 ? "" : $$$""","server_blacklist":{"hosts":[{{{Hosts(world.ServerBlacklist)}}}]}""")}}}
            {{{(groups.Count == 0 ? "" : $$$""","consumer_registry":{"producer_map":[{{{string.Join(',', groups.Select(Group))}}}]}""")}}}}
            """;
    }

    private string Peer(string path) => path.Replace("/api/v1/", "", StringComparison.Ordinal) switch
    {
        "is-leader" => """{"STATUS":"OK"}""",
        "version" => Version(world.PeerVersion),
        "masters" => $$$"""{"masters":[{"instance_id":{"permanent_uuid":"p"},"registration":{"http_addresses":[{"host":"{{{YugaWorld.PeerHost}}}","port":7000}]},"role":"LEADER"}]}""",
        "tablet-servers" => $$$"""{"":{"{{{YugaWorld.PeerHost}}}:9000":{"time_since_hb_sec":0.1,"status":"ALIVE","uptime_seconds":5,"user_tablets_total":0,"user_tablets_leaders":0,"system_tablets_total":0,"system_tablets_leaders":0} } }""",
        "cluster-config" => $$$"""{"version":1,"cluster_uuid":"universe-2","consumer_registry":{"producer_map":{ {{{string.Join(',', world.Groups.Where(g => !g.IsHere).Select(g => $$$""" "{{{g.Name}}}":{"disable_stream":{{{(g.IsPaused ? "true" : "false")}}}} """))}}} } } }""",
        _ => throw new ServiceException(Reasons.HostUnreachable, $"no {path}", isNotTaken: true),
    };

    private string Flags() =>
        $$$"""{"flags":[{"name":"replication_factor","value":"{{{world.Setup.Replicas}}}","type":"Default"},{"name":"heartbeat_interval_ms","value":"1000","type":"Default"},{"name":"enable_{{{(world.Names.Sql == "BSQL" ? "bsql" : "ysql")}}}","value":"{{{(world.Setup.Sql ? "true" : "false")}}}","type":"Default"}]}""";

    private static string Version(string version)
    {
        var parts = version.Split("-b");
        return $$$"""{"git_hash":"x","build_type":"RELEASE","version_number":"{{{parts[0]}}}","build_number":"{{{(parts.Length > 1 ? parts[1] : "1")}}}"}""";
    }

    private IEnumerable<string> Dead() => world.Tservers.Where(t => !world.CountsAsAlive(t)).Select(t => t.Uuid);

    private static string Group(YugaGroup group) => $$$"""{"key":"{{{group.Name}}}","value":{"master_addrs":[{"host":"{{{YugaWorld.PeerHost}}}","port":7100}]{{{(group.IsPaused ? ",\"disable_stream\":true" : "")}}}}}""";

    private static string Hosts(IEnumerable<ServiceAddress> addresses) => string.Join(',', addresses.Select(a => $$$"""{"host":"{{{a.Host}}}","port":{{{a.Port}}}}"""));

    private static string Texts(IEnumerable<string> texts) => JsonSerializer.Serialize(texts);

    private static ServiceAnswer Json(string body) => new(200, "application/json", body);
}
