using Drydock.Operator;
using Drydock.Tests.Unit.Install;

namespace Drydock.Tests.Unit.Operator;

/// <summary>The command as it is invoked.</summary>
public sealed class OperatorProcessTests
{
    [Theory]
    [InlineData("10s", "10s", "2s", "--renew-deadline 10 s")]
    [InlineData("120s", "116s", "5s", "--lease-duration 120 s")]
    [InlineData("120s", "90s", "60s", "--retry-period is 60 s")]
    [InlineData("2h", "1h", "5s", "at most 1 h")]
    public void Impossible_lease_times_are_refused_with_valid_ones(
        string lease, string renew, string retry, string expected)
    {
        var options =
            new OperatorOptions { LeaseDuration = Span(lease), RenewDeadline = Span(renew), RetryPeriod = Span(retry) };

        var message = Should.Throw<OperatorOptionException>(options.Validate).Message;

        message.ShouldContain(expected);
        message.ShouldEndWith("5s, 90s and 120s.");
    }

    [Fact]
    public void Default_lease_times_are_valid() => Should.NotThrow(new OperatorOptions().Validate);

    [Fact]
    public void Invalid_duration_is_refused_by_the_command_line() =>
        OperatorCommand.Create().Parse(["--lease-duration", "ten"]).Errors
            .ShouldHaveSingleItem().Message.ShouldBeWorded();

    [Fact]
    public async Task Unusable_kubeconfig_ends_the_process_with_one_line()
    {
        var output = new StringWriter();
        var console = Console.Out;
        int code;
        try
        {
            Console.SetOut(output);
            code = await OperatorProcess.RunAsync(
                new OperatorOptions { Kubeconfig = "/nonexistent/kubeconfig" }, TestContext.Current.CancellationToken);
        }
        finally
        {
            Console.SetOut(console);
        }

        code.ShouldBe(1);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.Contains(" Drydock ", StringComparison.Ordinal)).ToList();
        lines.ShouldHaveSingleItem().ShouldContain("/nonexistent/kubeconfig");
        output.ToString().ShouldNotContain("   at Drydock");
    }

    private static TimeSpan Span(string text) => Drydock.Crds.Values.KubernetesDuration.Parse(text);
}
