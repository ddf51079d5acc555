// SPDX-License-Identifier: Apache-2.0
// What batches over matrices do with OpenCV, each kind a scope of its own.
//
//   g++ -g -O2 -I NOCOPY/include $(pkg-config --cflags opencv4) opencv_rows.cpp -o opencv_rows -lopencv_core -lopencv_imgproc
//   nocopy run --content=full -o opencv.prof -- ./opencv_rows
#include <nocopy/mark.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cstdio>
#include <vector>

static const int ROWS = 64, COLS = 20000;

// A row is filtered aside and copied into the result.
static cv::Mat row_by_row(const cv::Mat &in)
{
    cv::Mat out(in.rows, in.cols, CV_64F);

    for (int r = 0; r < in.rows; r++) {
        cv::Mat row;

        cv::blur(in.row(r), row, cv::Size(2 * r + 3, 1));
        row.copyTo(out.row(r));
    }
    return out;
}

// The same, filtered where it is wanted.
static cv::Mat row_in_place(const cv::Mat &in)
{
    cv::Mat out(in.rows, in.cols, CV_64F);

    for (int r = 0; r < in.rows; r++)
        cv::blur(in.row(r), out.row(r), cv::Size(2 * r + 3, 1));
    return out;
}

// A clone of each row that is only read.
static double cloned(const cv::Mat &in)
{
    double sum = 0;

    for (int r = 0; r < in.rows; r++) {
        const cv::Mat row = in.row(r).clone();

        sum += cv::mean(row)[0];
    }
    return sum;
}

// convertTo the type it has already.
static double same_type(const cv::Mat &in)
{
    cv::Mat copy;

    in.convertTo(copy, CV_64F);
    return cv::mean(copy)[0];
}

// Rows put together: two matrices, one above the other.
static double stacked(const cv::Mat &in)
{
    cv::Mat both;

    cv::vconcat(in, in, both);
    return cv::mean(both)[0];
}

// The columns are wanted as rows.
static double transposed(const cv::Mat &in)
{
    return cv::mean(in.t())[0];
}

// Split into planes and merged again unchanged.
static double planes(const cv::Mat &in)
{
    std::vector<cv::Mat> plane;
    cv::Mat pairs = in.reshape(2), again;

    cv::split(pairs, plane);
    cv::merge(plane, again);
    return cv::mean(again)[0];
}

// Sorted: the copy is needed.
static double sorted(const cv::Mat &in)
{
    cv::Mat out;

    cv::sort(in, out, cv::SORT_EVERY_ROW | cv::SORT_ASCENDING);
    return out.at<double>(0, in.cols / 2);
}

template <typename F> static double in_scope(const char *name, F f)
{
    nc_scope_begin(name, NC_BATCH, ROWS);
    const double ret = f();
    nc_scope_end(nullptr);
    return ret;
}

int main()
{
    cv::Mat in(ROWS, COLS, CV_64F);
    double sum = 0;

    cv::setNumThreads(1);
    cv::theRNG().state = 7;
    cv::randu(in, 1.0, 2.0);
    sum += in_scope("row_by_row", [&] { return cv::mean(row_by_row(in))[0]; });
    sum += in_scope("row_in_place", [&] { return cv::mean(row_in_place(in))[0]; });
    sum += in_scope("cloned", [&] { return cloned(in); });
    sum += in_scope("same_type", [&] { return same_type(in); });
    sum += in_scope("stacked", [&] { return stacked(in); });
    sum += in_scope("transposed", [&] { return transposed(in); });
    sum += in_scope("planes", [&] { return planes(in); });
    sum += in_scope("sorted", [&] { return sorted(in); });
    std::printf("%.6f\n", sum);
    return 0;
}
