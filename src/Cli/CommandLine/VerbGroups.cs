namespace Drydock.Cli.CommandLine;

/// <summary>The verbs by use, each with an example, in the order of the help.</summary>
internal static class VerbGroups
{
    private const string Run = "oms-322-to-422 -n oms";

    public static IReadOnlyList<VerbGroup> All { get; } =
    [
        new(
            "Look",
            [
                new("status", $"kubectl drydock status {Run} -w"),
                new("wait", $"kubectl drydock wait {Run} --timeout 3h"),
                new("plan", $"kubectl drydock plan {Run}"),
                new("diff", "kubectl drydock diff oms-322-to-422:1 2 -n oms"),
                new("history", $"kubectl drydock history {Run}"),
                new("logs", "kubectl drydock logs oms-322-to-422 InitMetadata/oms-a -n oms"),
                new("explain", "kubectl drydock explain HostUnreachable"),
            ]),
        new(
            "Prepare",
            [
                new(
                    "init",
                    "kubectl drydock init oms --docker ssh://drydock@192.0.2.216 "
                        + "--image registry.example/oms:feature_4.2.2 --to-version 4.2.2-bp1 -f upgrade.yaml",
                    "kubectl drydock init tidb --pd 192.0.2.11 --to-version 3.0.9 -f upgrade.yaml",
                    "kubectl drydock init yugabyte --master 192.0.2.11 --to-version 2.20.7.0 -f upgrade.yaml"),
                new("check", "kubectl drydock check -f upgrade.yaml -n oms"),
                new("doctor", "kubectl drydock doctor -n oms"),
                new("version", "kubectl drydock version -o json"),
            ]),
        new(
            "Control",
            [
                new(
                    "approve",
                    "kubectl drydock approve oms-322-to-422 DisableHA -n oms",
                    "kubectl drydock approve oms-322-to-422 Verify/hosts -n oms"),
                new("hold", "kubectl drydock hold oms-322-to-422 StopOld -n oms"),
                new("pause", $"kubectl drydock pause {Run}"),
                new("resume", $"kubectl drydock resume {Run}"),
                new("retry", $"kubectl drydock retry {Run}"),
                new("abort", $"kubectl drydock abort {Run}"),
                new("rollback", $"kubectl drydock rollback {Run}"),
            ]),
        new(
            "Share",
            [
                new("report", $"kubectl drydock report {Run}"),
                new("dashboard", "kubectl drydock dashboard -n oms"),
                new("completion", "kubectl drydock completion bash"),
            ]),
    ];
}

/// <param name="Title">What its verbs are for: one word.</param>
internal sealed record VerbGroup(string Title, IReadOnlyList<VerbExamples> Verbs);

/// <param name="Examples">Whole commands; one for each system if the verb has a form for each.</param>
internal sealed record VerbExamples(string Verb, params IReadOnlyList<string> Examples);
