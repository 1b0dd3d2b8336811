using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Runs;

/// <summary>Full stops between texts of several authors.</summary>
public sealed class SentencesTests
{
    [Theory]
    [InlineData("connection refused", "connection refused.")]
    [InlineData("connection refused. ", "connection refused.")]
    [InlineData("check its privileges..", "check its privileges.")]
    [InlineData("and so on...", "and so on...")]
    [InlineData("why?", "why?")]
    [InlineData("cut off…", "cut off…")]
    [InlineData("步骤失败。", "步骤失败。")]
    [InlineData("StopOld/oms-a failed: ", "StopOld/oms-a failed.")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    public void Closed_sentence_ends_with_one_mark(string text, string closed) =>
        Sentences.Close(text).ShouldBe(closed);

    [Theory]
    [InlineData("connection refused.\n", "connection refused")]
    [InlineData("cut off...", "cut off...")]
    [InlineData("", "")]
    public void Opened_sentence_loses_its_full_stop(string text, string open) => Sentences.Open(text).ShouldBe(open);

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "a0, a1")]
    [InlineData(5, "a0, a1, a2 and 2 more")]
    public void Long_list_says_how_many_more_there_are(int count, string list) =>
        Sentences.List([.. Enumerable.Range(0, count).Select(i => $"a{i}")], 3).ShouldBe(list);

    [Theory]
    [InlineData(0, "0 hosts are")]
    [InlineData(1, "1 host is")]
    [InlineData(2, "2 hosts are")]
    public void Count_agrees_with_its_noun(int count, string words) =>
        Sentences.Count(count, "host is", "hosts are").ShouldBe(words);

    [Theory]
    [InlineData("Stop oms_322 on oms-a", "Stopping oms_322 on oms-a")]
    [InlineData("Restore ha.config", "Restoring ha.config")]
    [InlineData("Wait until every host is ONLINE", "Waiting until every host is ONLINE")]
    [InlineData("Dump and verify all databases", "Dumping and verifying all databases")]
    [InlineData("Trim heatbeat_sequence", "Trimming heatbeat_sequence")]
    [InlineData("Copy the JAR", "Copying the JAR")]
    [InlineData("Let leaders move faster", "Letting leaders move faster")]
    [InlineData("Read the version", "Reading the version")]
    [InlineData("Repeat preflight", "Repeating preflight")]
    [InlineData("", "")]
    public void Order_is_told_as_what_is_under_way(string order, string progress) =>
        Sentences.UnderWay(order).ShouldBe(progress);

    [Fact]
    public void Joined_sentences_skip_empty_ones() => Sentences.Join("a", null, "", "b.").ShouldBe("a. b.");
}
