using System.Net.Sockets;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>HTTP of the world's processes.</summary>
internal sealed partial class TiDbWorldHttp(TiDbWorld world, TiDbLife life) : IServiceHttp
{
    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
        life.LookAsync(() => Answer("GET", host, port, path, null));

    public Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
        path.EndsWith("/kv/range", StringComparison.Ordinal)
            ? life.LookAsync(() => Answer(method.Method, host, port, path, json))
            : life.ChangeAsync(
                $"{method} {path}",
                () => Answer(method.Method, host, port, path, json),
                () => new ServiceException(Reasons.ServerUnreachable, $"{host}:{port} cut the connection"));

    public void Dispose()
    {
    }

    private ServiceAnswer Answer(string method, string host, int port, string path, string? json)
    {
        if (world.Spark is { IsSilent: true } && TiDbWorldSpark.IsMaster(host, port))
        {
            throw new ServiceException(Reasons.HostUnreachable, $"{host}:{port} does not answer", isNotTaken: true);
        }

        if (world.Spark?.Page(host, port) is { } page)
        {
            return new ServiceAnswer(200, "application/json", page);
        }

        if (world.Services.TryGetValue($"{host}:{port}", out var service))
        {
            return new ServiceAnswer(
                service is null || world.UnreadyPorts.Contains(port) ? 503 : 200, "text/plain", "");
        }

        var process = world.Processes.Find(p => p.Host == host && (p.Port == port || p.StatusPort == port));
        if (process is null || !world.IsReady(process) || world.Unreachable.Contains(host))
        {
            throw new ServiceException(
                Reasons.ServerUnreachable, $"{host}:{port} refused the connection", isNotTaken: true,
                new SocketException((int)SocketError.ConnectionRefused));
        }

        world.Asked.Add($"{process.Component} {method} {path.Split('?')[0]}");
        if (world.Answers(method, process, path) is { } own)
        {
            return new ServiceAnswer(own.Status, "application/json", own.Body);
        }

        var (status, body) = process.Component switch
        {
            DatabaseComponent.PD => Pd(method, process, path, json),
            DatabaseComponent.TiKV => Tikv(process, path),
            DatabaseComponent.TiDB => Tidb(method, process, path),
            DatabaseComponent.Pump => Pump(path),
            _ => (200, """{"PumpPos":{},"Synced":true,"LastTS":414000000000000001,"TsMap":""}"""),
        };
        return new ServiceAnswer(status, "application/json", body);
    }

    private (int, string) Tikv(TiDbProcess process, string path) => process.Running is ['2', ..]
        ? throw new ServiceException(Reasons.ServerUnreachable, "no status port", isNotTaken: true)
        : path switch
        {
            "/status" => (200, ""),
            "/metrics" => (200, string.Create(
                CultureInfo.InvariantCulture,
                $"# HELP x\ntikv_raftstore_region_count{{type=\"leader\"}} "
                + $"{world.Stores.Single(s => s.Process == process).Leaders:0}\n"
                + $"tikv_raftstore_region_count{{type=\"region\"}} {100 + world.RegionsMore}\n")),
            _ => (404, "path not found"),
        };

    private (int, string) Tidb(string method, TiDbProcess process, string path)
    {
        switch (path)
        {
            case "/status":
                return (200, $$"""{"connections":0,"version":"5.7.25-TiDB-v{{process.Running}}","git_hash":"abc"}""");
            case "/info":
                return (200, Info(process, world.DdlOwner == process.Name));
            case "/info/all":
                var all = world.Of(DatabaseComponent.TiDB).Where(p => p.IsAlive).ToList();
                var servers = string.Join(',', all.Select(p => $"\"{p.Name}\":{Info(p, null)}"));
                return (
                    200,
                    $$"""{"servers_num":{{all.Count}},"owner_id":"{{world.DdlOwner}}","is_all_server_version_consistent":{{(all.Select(p => p.Running).Distinct().Count() == 1 ? "true" : "false")}},"all_servers_info":{{{servers}}} }""");
            case "/metrics":
                return (200, string.Create(
                    CultureInfo.InvariantCulture,
                    $"tidb_tikvclient_backoff_count{{type=\"regionMiss\"}} {world.Backoffs}\n"
                    + $"tidb_server_execute_error_total{{type=\"x\"}} 3\n"));
            case "/ddl/owner/resign" when method == "POST":
                if (world.DdlOwner != process.Name)
                {
                    return (400, "This node is not a ddl owner, can't be resigned.");
                }

                world.Did($"resign ddl {process.Name}");
                world.DdlOwner = world.Of(DatabaseComponent.TiDB)
                    .FirstOrDefault(p => p != process && world.IsReady(p))?.Name ?? process.Name;
                return (200, "success!");
            default:
                return (404, "404 page not found");
        }
    }

    private string Info(TiDbProcess process, bool? owner) =>
        $$"""{"binlog_status":"{{(world.SkipsBinlog.Contains(process.Name) ? "Skipping" : "On")}}",{{(owner is null ? "" : $"\"is_owner\":{(owner.Value ? "true" : "false")},")}}"version":"5.7.25-TiDB-v{{process.Running}}","git_hash":"abc","ddl_id":"{{process.Name}}","ip":"{{process.Host}}","listening_port":{{process.Port}},"status_port":{{process.StatusPort}},"lease":"45s"}""";

    private (int, string) Pump(string path)
    {
        if (path == "/status")
        {
            var nodes = new JsonObject(world.Of(DatabaseComponent.Pump).Select(
                p => KeyValuePair.Create($"{p.Name}:id", (JsonNode?)new JsonObject
                {
                    ["nodeId"] = $"{p.Name}:id",
                    ["host"] = p.Address,
                    ["state"] = world.NodeStates[p.Name],
                    ["isAlive"] = p.IsAlive,
                })));
            return (200, new JsonObject { ["status"] = nodes, ["CommitTS"] = 1, ["ErrMsg"] = "" }.ToJsonString());
        }

        return (404, "");
    }
}
